from local.faults.answers import BROKEN, REFUSED, counts, is_settled, longest, recovery


def test_outcomes_are_counted_with_their_codes(answered):
    answers = [answered(201), answered(503, code="site_busy"), answered(201), answered(REFUSED)]
    assert counts(answers) == {"201": 2, "503 site_busy": 1, "refused": 1}


def test_the_longest_is_the_one_that_a_client_waited_for(answered):
    assert longest([answered(ended=3.5), answered(BROKEN, begun=1, ended=2)]) == 3.5
    assert longest([]) == 0


def test_nothing_failed_after_the_end_of_a_fault(answered):
    assert recovery([answered(503, 0, 1), answered(201, 2, 3)], ended=1.5) == 0


def test_it_recovers_with_the_first_of_the_good_answers_that_last(answered):
    own = [answered(503, 1, 2), answered(201, 3, 4), answered(504, 5, 6), answered(201, 7, 9)]
    assert recovery([*own, answered(201, 10, 11)], ended=1.5) == 7.5


def test_the_client_that_recovers_last_decides(answered):
    one = [answered(503, 1, 2), answered(201, 3, 4)]
    two = [answered(503, 1, 2, client=1), answered(201, 5, 6, client=1)]
    assert recovery(one + two, ended=1) == 5


def test_it_is_settled_when_the_latest_of_each_client_are_good(answered):
    one = [answered(503, 1, 2), answered(201, 3, 4), answered(200, 5, 6)]
    two = [answered(201, begun, begun + 1, client=1) for begun in (3, 5)]
    assert is_settled(one + two, clients=2, since=3, streak=2)


def test_it_is_not_settled_while_one_client_lacks(answered):
    good = [answered(201, 3, 4), answered(201, 5, 6)]
    assert not is_settled(good, clients=2, since=3, streak=2)
    assert not is_settled(good, clients=1, since=4, streak=2)
    assert not is_settled([*good, answered(503, 7, 8)], clients=1, since=3, streak=2)
    assert not is_settled([], clients=1, since=0)
