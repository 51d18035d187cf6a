"""The API describes itself under the same strict policy as every page."""


def test_the_documentation_page_carries_no_inline_code(client, db):
    html = client.get("/api/docs/").content.decode()
    assert html.count("<script") == html.count("<script src=")
    assert "<style" not in html
    assert " style=" not in html


def test_the_script_of_the_documentation_comes_by_itself(client, db):
    response = client.get("/api/docs/?script=")
    assert response["Content-Type"].startswith("application/javascript")
