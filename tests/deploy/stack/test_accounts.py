"""Accounts: made and left, and nobody in without one."""

from tests.deploy.stack.visitor import Person, Visitor


def test_somebody_signs_up_signs_out_and_in_again_and_leaves(charlie: Person):
    signed_up = charlie.submit(
        "/accounts/signup/",
        username=charlie.name,
        email=f"{charlie.name}@example.org",
        password1=charlie.password,
        password2=charlie.password,
    )
    assert (signed_up.status_code, signed_up.headers["Location"]) == (302, "/")
    assert "Write a word" in charlie.get("/").text
    assert charlie.submit("/accounts/logout/").status_code == 302
    assert charlie.get("/").headers["Location"].startswith("/accounts/login/")
    assert charlie.sign_in().status_code == 302
    assert charlie.get("/").status_code == 200
    charlie.leave()
    assert charlie.sign_in().status_code == 200, "the form again: there is no such account"


def test_a_wrong_password_is_refused(alice: Person):
    with Person(alice.name, "not her password") as stranger:
        assert stranger.sign_in().status_code == 200
        assert not any(cookie.name.endswith("sessionid") for cookie in stranger.cookies)


def test_cookies_are_for_https_alone(visitor: Visitor):
    visitor.get("/accounts/login/")
    assert visitor.cookies
    assert all(cookie.secure and cookie.name.startswith("__Host-") for cookie in visitor.cookies)


def test_pages_ask_strangers_to_sign_in(visitor: Visitor):
    for path in ("/", "/picture/", "/history/", "/accounts/profile/"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")


def test_the_api_refuses_strangers(visitor: Visitor):
    answer = visitor.get("/api/v1/predictions/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_the_first_administrator_is_let_into_the_admin(administrator: Person):
    assert administrator.sign_in().status_code == 302
    admin = administrator.get("/admin/")
    assert admin.status_code == 200
    assert "accounts/user" in admin.text


def test_others_are_not(bob: Person):
    with Person(bob.name, bob.password) as signed_in:
        assert signed_in.sign_in().status_code == 302
        assert signed_in.get("/admin/").status_code != 200
