"""Superusers do everything; other staff look after ordinary accounts, and find no way to more power."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from pymano.accounts.models import User
from pymano.recognition.models import Prediction
from tests.site.accounts.cast import PASSWORD, make_user

USERS = "/admin/accounts/user/"
POWERS = {"is_staff": "on", "is_superuser": "on"}


def page(user, what="change"):
    return f"{USERS}{user.pk}/{what}/"


def form_of(user, **changes):
    return {"username": user.username, "email": user.email, "is_active": "on", **changes}


def act(client, action, *users):
    chosen = [user.pk for user in users]
    return client.post(USERS, {"action": action, "_selected_action": chosen, "post": "yes"}, follow=True)


@pytest.fixture
def staff(signed_in, sam):
    return signed_in(sam)


@pytest.fixture
def ruler(signed_in, root):
    return signed_in(root)


# What it is for


def test_it_is_named_pymano(ruler):
    assert "Pymano" in ruler.get("/admin/").text
    assert "Django administration" not in ruler.get("/admin/").text


def test_the_list_shows_who_is_verified_and_how_much_was_read(ruler, alice, reading):
    reading(alice), reading(alice)
    make_user("eve", verified=False)
    users = {user.username: user for user in ruler.get(USERS).context["cl"].result_list}
    assert (users["alice"].readings, users["alice"].verified) == (2, True)
    assert (users["eve"].readings, users["eve"].verified) == (0, False)


def test_nobody_agrees_for_others(ruler, alice):
    assert "Readings may train since" in ruler.get(page(alice)).text
    ruler.post(page(alice), form_of(alice, teaches_since_0="2026-01-01", teaches_since_1="10:00"))
    alice.refresh_from_db()
    assert not alice.teaches


def test_the_list_leads_to_the_readings(ruler, alice, bob, reading):
    reading(alice), reading(bob)
    path = f"/admin/recognition/prediction/?owner__id__exact={alice.pk}"
    assert path in ruler.get(USERS).text
    assert [one.owner for one in ruler.get(path).context["cl"].result_list] == [alice]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=ALI", {"alice"}),
        ("q=%C3%89VE", set()),
        ("q=bob@example", {"bob"}),
        ("verified=no", {"eve"}),
        ("verified=yes", {"alice", "bob", "root"}),
        ("is_active__exact=0", {"bob"}),
        ("is_superuser__exact=1", {"root"}),
        ("verified=rubbish", {"eve"}),
        ("o=3.-4", {"alice", "bob", "eve", "root"}),
    ],
)
def test_it_searches_and_filters(ruler, alice, bob, query, names):
    make_user("eve", verified=False)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answer = ruler.get(f"{USERS}?{query}")
    assert {user.username for user in answer.context["cl"].result_list} == names


def test_the_list_asks_the_database_no_more_for_more_users(ruler, django_assert_max_num_queries):
    for n in range(20):
        make_user(f"user{n}")
    with django_assert_max_num_queries(12):
        ruler.get(USERS)


def test_staff_make_an_account_that_can_sign_in(staff, client, mailoutbox):
    new = {
        "username": "Charlie",
        "email": "Charlie@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert staff.post(f"{USERS}add/", new).status_code == 302
    user = User.objects.get(username="charlie")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert EmailAddress.objects.get(user=user).primary
    assert client.post("/accounts/login/", {"login": "charlie", "password": PASSWORD}).status_code == 302


def test_a_name_that_is_taken_is_refused_in_any_case(staff, alice):
    new = {"username": "ALICE", "email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert "This name is taken." in staff.post(f"{USERS}add/", new).text


def test_staff_change_an_address_which_then_counts_as_not_confirmed(staff, alice):
    assert staff.post(page(alice), form_of(alice, email="New@example.org")).status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified) == ("new@example.org", False)
    assert EmailAddress.objects.get(user=alice).email == "new@example.org"


def test_staff_set_a_password_and_tokens_die_of_it(staff, program, alice, tokens):
    pair = tokens(alice)
    new = {"password1": "another horse", "password2": "another horse", "usable_password": "true"}
    assert staff.post(page(alice, "password").replace("/change", ""), new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another horse")
    assert (
        program.post("/api/v1/token/refresh/", {"refresh": pair["refresh"]}, format="json").status_code == 401
    )


def test_staff_switch_accounts_off_and_on(staff, alice, bob):
    act(staff, "switch_off", alice, bob)
    assert not User.objects.filter(username__in=["alice", "bob"], is_active=True).exists()
    act(staff, "switch_on", alice)
    assert User.objects.get(username="alice").is_active


def test_staff_vouch_for_an_address(staff):
    eve = make_user("eve", verified=False)
    act(staff, "mark_verified", eve)
    assert eve.email_verified


def test_staff_delete_an_account_with_its_data(staff, alice, reading, tokens):
    reading(alice)
    tokens(alice)
    assert staff.post(page(alice, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="alice").exists()
    assert not OutstandingToken.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"post": "yes"}])
def test_deleting_accounts_loads_no_ink(staff, alice, bob, reading, without_ink, sent):
    reading(alice), reading(alice), reading(bob)
    chosen = {"action": "delete_selected", "_selected_action": [alice.pk, bob.pk]}
    with without_ink():
        answer = staff.post(USERS, chosen | sent)
    assert User.objects.filter(username__in=["alice", "bob"]).exists() != bool(sent)
    assert sent or "<li>Readings: 3</li>" in answer.text


def test_deleting_an_account_loads_no_ink_and_says_how_much_goes(staff, alice, reading, without_ink):
    reading(alice), reading(alice)
    with without_ink():
        asked = staff.get(page(alice, "delete"))
        staff.post(page(alice, "delete"), {"post": "yes"})
    assert "<li>Readings: 2</li>" in asked.text
    assert not Prediction.objects.exists()


def test_who_may_not_delete_readings_deletes_no_account_that_has_some(staff, sam, alice, bob, reading):
    sam.user_permissions.remove(Permission.objects.get(codename="delete_prediction"))
    reading(alice)
    assert staff.post(page(alice, "delete"), {"post": "yes"}).status_code == 403
    assert act(staff, "delete_selected", alice).status_code == 403
    staff.post(page(bob, "delete"), {"post": "yes"})
    assert set(User.objects.values_list("username", flat=True)) == {"alice", "sam"}


def test_of_a_deleted_account_the_list_of_what_staff_did_keeps_the_key_alone(staff, alice, bob):
    keys = [str(alice.pk), str(bob.pk)]
    staff.post(page(alice), form_of(alice, email="new@example.org"))
    staff.post(page(bob), form_of(bob, email="newer@example.org"))
    staff.post(page(alice, "delete"), {"post": "yes"})
    logged = LogEntry.objects.values_list("object_id", "object_repr")
    assert sorted(logged) == sorted([(keys[0], keys[0]), (keys[0], keys[0]), (keys[1], "bob")])
    act(staff, "delete_selected", bob, make_user("eve"))
    assert all(key == said for key, said in logged.all())
    assert len(logged.all()) == 5


def test_a_superuser_makes_somebody_staff(ruler, alice):
    ruler.post(page(alice), form_of(alice, is_staff="on"))
    alice.refresh_from_db()
    assert alice.is_staff


def test_staff_change_their_password_where_everybody_does(staff):
    assert staff.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


# Who gets in


@pytest.mark.parametrize("path", ["/admin/", USERS, "/admin/auth/group/"])
def test_strangers_are_sent_to_sign_in_and_users_turned_away(client, signed_in, alice, path):
    assert client.get(path, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    assert signed_in(alice).get(path, follow=True).status_code == 403


def test_staff_without_permissions_see_no_users(signed_in):
    client = signed_in(make_user("ed", is_staff=True))
    assert client.get(USERS).status_code == 403


# What gives more power


@pytest.mark.parametrize("power", [{"is_staff": "on"}, {"is_superuser": "on"}, POWERS])
def test_staff_give_nobody_power(staff, alice, power):
    staff.post(page(alice), form_of(alice, **power))
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (False, False)


def test_staff_put_nobody_in_a_group_and_give_no_permission(staff, alice):
    group = Group.objects.create(name="Keepers")
    permission = Permission.objects.first()
    staff.post(page(alice), form_of(alice, groups=[group.pk], user_permissions=[permission.pk]))
    assert not alice.groups.exists()
    assert not alice.user_permissions.exists()


def test_staff_make_no_staff_when_they_add(staff):
    new = {"username": "eve", "email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    staff.post(f"{USERS}add/", new | POWERS | {"_continue": "1"})
    eve = User.objects.get(username="eve")
    assert (eve.is_staff, eve.is_superuser) == (False, False)


@pytest.mark.parametrize("who", ["root", "ed", "sam"])
def test_staff_change_no_staff_not_even_themselves(staff, root, sam, who):
    make_user("ed", is_staff=True)
    user = User.objects.get(username=who)
    before = User.objects.filter(pk=user.pk).values().get()
    attempts = [
        staff.post(page(user), form_of(user, email="mine@example.org", **POWERS)),
        staff.post(f"{USERS}{user.pk}/password/", {"password1": "mine mine", "password2": "mine mine"}),
        staff.post(page(user, "delete"), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in attempts] == [403, 403, 403]
    assert User.objects.filter(pk=user.pk).values().get() == before


@pytest.mark.parametrize("action", ["switch_off", "mark_verified", "delete_selected"])
def test_no_action_of_staff_touches_staff(staff, root, alice, action):
    root.use_address(root.email, verified=False)
    act(staff, action, root)
    root.refresh_from_db()
    assert (root.is_active, root.email_verified) == (True, False)


def test_staff_see_of_a_superuser_what_is_shown_and_no_hash(staff, root):
    answer = staff.get(page(root))
    assert answer.status_code == 200
    assert root.password not in answer.text
    assert 'name="_save"' not in answer.text


def test_staff_change_no_group(staff, sam):
    group = Group.objects.create(name="Keepers")
    sam.groups.add(group)
    path = f"/admin/auth/group/{group.pk}/"
    assert staff.get("/admin/auth/group/").status_code == 200
    assert staff.post(f"{path}change/", {"name": "Keepers", "permissions": [1]}).status_code == 403
    assert staff.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert staff.post("/admin/auth/group/add/", {"name": "More"}).status_code == 403


def test_a_superuser_changes_groups(ruler):
    group = Group.objects.create(name="Keepers")
    answer = ruler.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Helpers"})
    assert answer.status_code == 302
    assert Group.objects.get().name == "Helpers"


@pytest.mark.parametrize("model", [EmailAddress, OutstandingToken, BlacklistedToken])
def test_what_would_lead_round_is_not_there(model):
    assert not admin.site.is_registered(model)


def test_nobody_finds_out_a_hash_by_filtering(staff, root):
    answer = staff.get(f"{USERS}?password__startswith=md5")
    assert answer.status_code in (302, 400)


def test_a_superuser_is_not_locked_out_by_their_own_hand(ruler, root, alice):
    act(ruler, "switch_off", root, alice)
    assert User.objects.get(username="root").is_active
    assert not User.objects.get(username="alice").is_active
