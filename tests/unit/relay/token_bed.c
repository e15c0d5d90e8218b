#include "token_bed.h"

void token_bed_open(TokenBed *set)
{
    set->bed = relay_bed_new();
    set->bed->settings.retry_attempts = 0;
    set->bed->settings.retry_delay_ms = 1;
    set->bed->settings.token_attempts = 3;
    set->source = fake_source_new(set->bed);
    set->file = vod_plan_file(TOKEN_BED_SIZE, 1);
}

void token_bed_close(TokenBed *set)
{
    relay_bed_free(set->bed);
    fake_source_free(set->source);
    g_bytes_unref(set->file);
}

void token_bed_plan_403(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                        gpointer data G_GNUC_UNUSED)
{
    answer->status = 403;
    answer->head = g_strdup("Content-Length: 0\r\n");
    answer->body = g_bytes_new(NULL, 0);
    answer->end = ORIGIN_KEEP;
}

void token_bed_check_whole(const TokenBed *set, const BedClient *client)
{
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpmem(client->body->data, client->body->len, g_bytes_get_data(set->file, NULL),
                    TOKEN_BED_SIZE);
}

gint64 token_bed_in_an_hour(void)
{
    return g_get_real_time() / G_USEC_PER_SEC + 3600;
}
