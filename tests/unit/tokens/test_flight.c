#include "tokens/flight.h"

typedef struct {
    guint n_calls;
} Caller;

static void count_call(G_GNUC_UNUSED YtopsTokenResult *result, G_GNUC_UNUSED const GError *error,
                       gpointer data)
{
    ((Caller *)data)->n_calls++;
}

static YtopsTokenAsk *ask_new(const char *account_id)
{
    YtopsTokenFields fields = {
        .url = "https://example.org/a.mp4", .account_id = account_id, .penalize = TRUE};
    GError *error = NULL;
    YtopsTokenAsk *ask = ytops_token_ask_new(&fields, 10, &error);

    g_assert_no_error(error);
    return ask;
}

static Flight *add(FlightTable *table, const char *key)
{
    return flight_table_add(table, g_strdup(key), ask_new("acc"), -1);
}

static void join(FlightTable *table, Flight *flight, const char *job_id, gint64 deadline_us)
{
    static Caller nobody;

    flight_table_join(table, flight, count_call, &nobody, job_id, deadline_us);
}

static gint64 deadline_of(Flight *flight)
{
    return atomic_load(&flight->limits.deadline_us);
}

static void finish(FlightTable *table, Flight *flight)
{
    flight_table_finish(table, flight);
    flight_free(flight);
}

static void assert_expired(FlightTable *table, gint64 now_us, const char *job_ids, gboolean queued)
{
    g_autoptr(GPtrArray) expired = flight_table_expire(table, now_us);
    g_autoptr(GString) got = g_string_new(NULL);

    for (guint i = 0; i < expired->len; i++) {
        FlightWaiter *waiter = g_ptr_array_index(expired, i);

        g_string_append(got, waiter->job_id);
        g_assert_cmpstr(waiter->account_id, ==, "acc");
        g_assert_cmpint(waiter->was_queued, ==, queued);
    }
    g_assert_cmpstr(got->str, ==, job_ids);
}

static void test_equal_keys_find_the_same_flight_until_it_is_finished(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = add(table, "k");

    join(table, flight, "1", 100);
    g_assert_true(flight_table_find(table, "k") == flight);
    g_assert_null(flight_table_find(table, "other"));
    g_assert_true(flight_table_start(table, 10) == flight);
    g_assert_true(flight_table_find(table, "k") == flight);
    join(table, flight, "2", 90);
    g_assert_cmpuint(flight_table_count_waiters(table), ==, 2);
    finish(table, flight);
    g_assert_null(flight_table_find(table, "k"));
    g_assert_cmpuint(flight_table_count_waiters(table), ==, 0);
}

static void test_a_flight_without_a_key_cannot_be_joined(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = flight_table_add(table, NULL, ask_new("acc"), -1);

    join(table, flight, "1", 100);
    g_assert_true(flight_table_start(table, 10) == flight);
    finish(table, flight);
}

static void test_flights_start_in_the_order_they_came(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *first = add(table, "1");
    Flight *second = add(table, "2");

    join(table, first, "1", 100);
    join(table, second, "2", 100);
    g_assert_cmpuint(flight_table_count_queued(table), ==, 2);
    g_assert_true(flight_table_start(table, 0) == first);
    g_assert_true(flight_table_start(table, 0) == second);
    g_assert_null(flight_table_start(table, 0));
    g_assert_cmpuint(flight_table_count_queued(table), ==, 0);
    g_assert_cmpuint(flight_table_count_running(table), ==, 2);
    finish(table, second);
    finish(table, first);
    g_assert_cmpuint(flight_table_count_running(table), ==, 0);
}

static void test_its_deadline_is_that_of_its_most_patient_waiter(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = add(table, "k");

    join(table, flight, "1", 100);
    join(table, flight, "2", 300);
    join(table, flight, "3", 200);
    g_assert_cmpint(deadline_of(flight), ==, 300);
    flight_table_start(table, 0);
    finish(table, flight);
}

static void test_joins_cannot_keep_a_running_flight_alive_for_ever(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = add(table, "k");

    join(table, flight, "1", 100);
    flight_table_start(table, 40);
    join(table, flight, "2", 130);
    g_assert_cmpint(deadline_of(flight), ==, 130);
    join(table, flight, "3", 1000);
    g_assert_cmpint(deadline_of(flight), ==, 160);
    finish(table, flight);
}

static void test_a_queued_flight_is_gone_with_its_last_waiter(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = add(table, "k");

    join(table, flight, "a", 100);
    join(table, flight, "b", 200);
    g_assert_cmpint(flight_table_next_expiry(table), ==, 100);
    assert_expired(table, 99, "", TRUE);
    assert_expired(table, 100, "a", TRUE);
    g_assert_cmpuint(flight_table_count_queued(table), ==, 1);
    g_assert_cmpint(flight_table_next_expiry(table), ==, 200);
    assert_expired(table, 250, "b", TRUE);
    g_assert_cmpuint(flight_table_count_queued(table), ==, 0);
    g_assert_null(flight_table_find(table, "k"));
    g_assert_cmpint(flight_table_next_expiry(table), ==, G_MAXINT64);
}

static void test_of_a_running_flight_the_most_patient_waiter_stays(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *flight = add(table, "k");

    join(table, flight, "a", 100);
    join(table, flight, "b", 200);
    flight_table_start(table, 0);
    assert_expired(table, 150, "a", FALSE);
    g_assert_cmpint(flight_table_next_expiry(table), ==, G_MAXINT64);
    assert_expired(table, 1000, "", FALSE);
    g_assert_cmpuint(flight_table_count_waiters(table), ==, 1);
    finish(table, flight);
}

static void test_clearing_the_queue_leaves_what_runs(void)
{
    g_autoptr(FlightTable) table = flight_table_new();
    Flight *running = add(table, "r");
    g_autoptr(GPtrArray) cleared = NULL;

    join(table, running, "r", 100);
    flight_table_start(table, 0);
    join(table, add(table, "q"), "q", 100);
    cleared = flight_table_clear_queue(table);
    g_assert_cmpuint(cleared->len, ==, 1);
    g_assert_cmpstr(((FlightWaiter *)g_ptr_array_index(cleared, 0))->job_id, ==, "q");
    g_assert_cmpuint(flight_table_count_queued(table), ==, 0);
    g_assert_cmpuint(flight_table_count_running(table), ==, 1);
    finish(table, running);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flight/equal-keys-find-the-same-flight-until-it-is-finished",
                    test_equal_keys_find_the_same_flight_until_it_is_finished);
    g_test_add_func("/flight/a-flight-without-a-key-cannot-be-joined",
                    test_a_flight_without_a_key_cannot_be_joined);
    g_test_add_func("/flight/flights-start-in-the-order-they-came",
                    test_flights_start_in_the_order_they_came);
    g_test_add_func("/flight/its-deadline-is-that-of-its-most-patient-waiter",
                    test_its_deadline_is_that_of_its_most_patient_waiter);
    g_test_add_func("/flight/joins-cannot-keep-a-running-flight-alive-for-ever",
                    test_joins_cannot_keep_a_running_flight_alive_for_ever);
    g_test_add_func("/flight/a-queued-flight-is-gone-with-its-last-waiter",
                    test_a_queued_flight_is_gone_with_its_last_waiter);
    g_test_add_func("/flight/of-a-running-flight-the-most-patient-waiter-stays",
                    test_of_a_running_flight_the_most_patient_waiter_stays);
    g_test_add_func("/flight/clearing-the-queue-leaves-what-runs",
                    test_clearing_the_queue_leaves_what_runs);
    return g_test_run();
}
