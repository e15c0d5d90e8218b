#include "vod_plan.h"

#include <string.h>

#include "relay/byte_range.h"

GBytes *vod_plan_file(gsize size, guint seed)
{
    guint8 *bytes = g_malloc(size);
    guint32 state = seed;

    for (gsize i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)(state >> 24);
    }
    return g_bytes_new_take(bytes, size);
}

static void add_validators(const VodPlan *plan, GString *head)
{
    if (plan->etag != NULL)
        g_string_append_printf(head, "ETag: %s\r\n", plan->etag);
    if (plan->last_modified != NULL)
        g_string_append_printf(head, "Last-Modified: %s\r\n", plan->last_modified);
}

static gboolean wants_range(const VodPlan *plan, const OriginRequest *request)
{
    if (request->range == NULL || plan->no_ranges)
        return FALSE;
    return request->if_range == NULL || plan->ignores_if_range ||
           g_strcmp0(request->if_range, plan->etag) == 0 ||
           g_strcmp0(request->if_range, plan->last_modified) == 0;
}

static void cut_to_part(const VodPlan *plan, ByteSpan *span)
{
    if (plan->part_size == 0)
        return;
    span->last = MIN(span->last, span->first + (gint64)plan->part_size - 1);
    span->total = -1;
}

static void maybe_break(VodPlan *plan, OriginAnswer *answer)
{
    gsize size = g_bytes_get_size(answer->body);

    if (plan->breaks_left == 0)
        return;
    plan->breaks_left--;
    answer->stop_after = plan->break_after;
    if (plan->break_after == 0 && size > 1)
        answer->stop_after = (gsize)g_rand_int_range(plan->rand, 1, (gint32)size);
    answer->end = plan->break_end;
}

void vod_plan(const OriginRequest *request, OriginAnswer *answer, gpointer data)
{
    VodPlan *plan = data;
    gint64 total = (gint64)g_bytes_get_size(plan->file);
    ByteSpan span = {.first = 0, .last = total - 1, .total = total};
    ByteRange range = byte_range_parse(request->range);
    GString *head = g_string_new("Content-Type: video/mp4\r\n");

    answer->end = plan->is_dead ? ORIGIN_RESET : plan->no_length ? ORIGIN_CLOSE : ORIGIN_KEEP;
    answer->status = plan->is_dead ? 0 : 200;
    add_validators(plan, head);
    if (wants_range(plan, request) && range.kind != BYTE_RANGE_WHOLE) {
        g_autofree char *text = NULL;

        answer->status = byte_range_resolve(&range, total, &span) ? 206 : 416;
        cut_to_part(plan, &span);
        text = byte_span_to_string(&span);
        if (answer->status == 416)
            g_string_append_printf(head, "Content-Range: bytes */%" G_GINT64_FORMAT "\r\n", total);
        else
            g_string_append_printf(head, "Content-Range: %s\r\n", text);
    }
    if (!plan->no_length)
        g_string_append_printf(head, "Content-Length: %" G_GINT64_FORMAT "\r\n",
                               answer->status == 416 ? 0 : byte_span_get_length(&span));
    if (!plan->no_ranges)
        g_string_append(head, "Accept-Ranges: bytes\r\n");
    answer->head = g_string_free(head, FALSE);
    answer->body =
        g_bytes_new_from_bytes(plan->file, (gsize)span.first,
                               answer->status == 416 ? 0 : (gsize)byte_span_get_length(&span));
    plan->n_head += strcmp(request->method, "HEAD") == 0;
    if (strcmp(request->method, "HEAD") == 0 || answer->status == 416) {
        g_clear_pointer(&answer->body, g_bytes_unref);
        answer->stop_after = 0;
        return;
    }
    maybe_break(plan, answer);
}
