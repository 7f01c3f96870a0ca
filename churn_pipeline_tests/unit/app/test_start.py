"""The script as a visitor gets it."""


def test_a_home_without_a_shop_says_what_to_do(app):
    page = app()
    assert not page.exception
    assert page.title[0].value == "Upload and configure"


def test_an_api_that_does_not_answer_is_one_sentence(app, monkeypatch):
    monkeypatch.setenv("CHURN_API_URL", "http://127.0.0.1:1")
    page = app()
    assert not page.exception
    assert "churn app --single" in page.error[0].value
