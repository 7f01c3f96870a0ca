"""A caller sees their own shops alone, and changes only what they may."""

import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.service.callers import LOCAL, Caller, require_admin, require_shop, require_write
from churn_pipeline.service.errors import NotAllowed

READER = Caller("web team", frozenset({"shoes"}), can_write=False, is_admin=False)


def test_a_shop_of_someone_else_reads_like_one_that_is_not_there():
    require_shop(READER, "shoes")
    require_shop(LOCAL, "shoes")
    with pytest.raises(NotFound, match="There is no shop 'books'"):
        require_shop(READER, "books")


def test_a_reader_changes_nothing():
    require_write(LOCAL)
    require_admin(LOCAL)
    with pytest.raises(NotAllowed, match="web team may read"):
        require_write(READER)
    with pytest.raises(NotAllowed, match="no administrator"):
        require_admin(READER)
