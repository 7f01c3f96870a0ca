"""The script as a visitor gets it."""


def test_a_home_without_a_shop_says_what_to_do(app):
    page = app()
    assert not page.exception
    assert page.title[0].value == "Welcome"
    assert [b.label for b in page.button] == ["Upload a file", "Try it with a demo shop"]


def test_an_api_that_does_not_answer_is_waited_for_then_one_sentence(app, monkeypatch):
    monkeypatch.setenv("CHURN_API_URL", "http://127.0.0.1:1")
    page = app()
    assert not page.exception
    assert "tries again by itself" in page.info[0].value
    assert not page.error
    monkeypatch.setattr("churn_pipeline.app.waiting.PATIENCE_SECONDS", 0.0)
    page.run()
    assert not page.exception
    assert "churn app --single" in page.error[0].value
    assert [b.label for b in page.button] == ["Try again"]
