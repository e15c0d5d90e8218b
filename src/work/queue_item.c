#include "queue_item.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/json.h"
#include "ytops/log.h"

#define LONGEST_URL (8 * 1024)
#define LONGEST_JSON (1024 * 1024)
#define SHOWN_LENGTH 200
#define VIDEO_ID_LENGTH 11

void ytops_queue_item_free(YtopsQueueItem *item)
{
    if (item == NULL)
        return;
    g_free(item->item_id);
    g_free(item->queue);
    g_free(item->url);
    g_free(item);
}

void ytops_queue_failure_free(YtopsQueueFailure *failure)
{
    if (failure == NULL)
        return;
    g_free(failure->url);
    g_free(failure->error_json);
    g_free(failure);
}

static gboolean is_video_id(const char *text)
{
    gsize length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    return length == VIDEO_ID_LENGTH && text[length] == '\0';
}

static gboolean has_space_or_control(const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isspace(c) || g_unichar_iscntrl(c))
            return TRUE;
    }
    return FALSE;
}

/* What follows the scheme; NULL where it is neither http nor https. */
static const char *after_scheme(const char *text)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    }
    return NULL;
}

/* NULL where the text, valid UTF-8, is a URL or a video id. */
static const char *find_url_fault(const char *text)
{
    const char *rest = after_scheme(text);
    if (strlen(text) > LONGEST_URL)
        return "is longer than 8 KiB";
    if (rest == NULL)
        return is_video_id(text)
                   ? NULL
                   : "is no http or https URL, no video id (11 of A-Z a-z 0-9 _ -) and no "
                     "JSON object";
    if (*rest == '\0' || strchr("/?#:", *rest) != NULL)
        return "has no host";
    if (has_space_or_control(text))
        return "has a space or a control character in it: percent-encode it";
    return NULL;
}

static gboolean refuse_item(const char *text, const char *fault, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)MIN(strlen(text), SHOWN_LENGTH));
    g_autofree char *redacted = ytops_redact(valid);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "the item '%s'%s %s", redacted,
                strlen(text) > SHOWN_LENGTH ? "..." : "", fault);
    return FALSE;
}

gboolean ytops_work_item_check(const char *text, GError **error)
{
    if (text == NULL || *text == '\0')
        return refuse_item("", "is empty: leave it out", error);
    if (!g_utf8_validate(text, -1, NULL))
        return refuse_item(text, "is not valid UTF-8", error);
    if (*text == '{')
        return queue_item_check_json(text, "the item", error);
    const char *fault = find_url_fault(text);
    return fault == NULL || refuse_item(text, fault, error);
}

gboolean queue_item_check_json(const char *text, const char *name, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (strlen(text) > LONGEST_JSON) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "%s has %" G_GSIZE_FORMAT " bytes: at most %d are kept", name, strlen(text),
                    LONGEST_JSON);
        return FALSE;
    }
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, &cause);
    if (json == NULL) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "%s is not valid JSON: %s",
                    name, cause->message);
        return FALSE;
    }
    if (ytops_json_get_type(json) == YTOPS_JSON_OBJECT)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "%s is a JSON %s: give an object",
                name, ytops_json_type_to_string(ytops_json_get_type(json)));
    return FALSE;
}

YtopsQueueItem *queue_item_from_reply(const YtopsRedisReply *reply, const char *queue,
                                      const char *item_id)
{
    const char *text = ytops_redis_reply_string_at(reply, 0);
    YtopsQueueItem *item = g_new0(YtopsQueueItem, 1);
    item->item_id = g_strdup(item_id);
    item->queue = g_strdup(queue);
    item->url = g_strdup(text != NULL ? text : "");
    item->deliveries = ytops_redis_reply_int_at(reply, 1, 1);
    item->lease_expires_at = ytops_redis_reply_int_at(reply, 2, 0);
    return item;
}
