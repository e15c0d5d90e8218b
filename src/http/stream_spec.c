#include "stream_spec.h"

#include <string.h>

static void refuse(GError **error, const char *field, const YtopsJson *value, const char *wanted)
{
    GError *refusal = g_error_new(
        YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "%s is %s; give %s", field,
        value == NULL ? "missing" : ytops_json_type_to_string(ytops_json_get_type(value)), wanted);

    ytops_error_set_context(refusal, "field", field);
    g_propagate_error(error, refusal);
}

YtopsJson *stream_spec_parse_object(GBytes *text, GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(text, &length);
    g_autoptr(GError) cause = NULL;
    g_autoptr(YtopsJson) body =
        ytops_json_parse(bytes != NULL ? bytes : "", (gssize)length, &cause);

    if (body != NULL && ytops_json_get_type(body) == YTOPS_JSON_OBJECT)
        return g_steal_pointer(&body);
    if (body != NULL) {
        refuse(error, "body", body, "a JSON object");
        return NULL;
    }
    g_prefix_error(&cause, "the body is no JSON object: ");
    ytops_error_set_context(cause, "field", "body");
    g_propagate_error(error, g_steal_pointer(&cause));
    return NULL;
}

const char *stream_spec_required(const YtopsJson *body, const char *key, GError **error)
{
    const char *text = ytops_json_get_string(body, key);

    if (text != NULL && *text != '\0')
        return text;
    refuse(error, key, ytops_json_get(body, key), "a text that is not empty");
    return NULL;
}

static gboolean is_absent(const YtopsJson *body, const char *key)
{
    const YtopsJson *value = ytops_json_get(body, key);

    return value == NULL || ytops_json_get_type(value) == YTOPS_JSON_NULL;
}

/* *text stays NULL where the member is absent. */
static gboolean take_text(const YtopsJson *body, const char *key, const char **text, GError **error)
{
    if (is_absent(body, key))
        return TRUE;
    *text = ytops_json_get_string(body, key);
    if (*text == NULL)
        refuse(error, key, ytops_json_get(body, key), "a text");
    return *text != NULL;
}

static gboolean take_failover_urls(StreamSpec *self, GError **error)
{
    YtopsJson *urls = ytops_json_get(self->body, "failover_urls");

    self->failover_urls = g_ptr_array_new();
    if (!is_absent(self->body, "failover_urls")) {
        if (ytops_json_get_type(urls) != YTOPS_JSON_ARRAY) {
            refuse(error, "failover_urls", urls, "a list of URLs");
            return FALSE;
        }
        for (guint i = 0; i < ytops_json_length(urls); i++) {
            const char *url = ytops_json_string(ytops_json_at(urls, i));

            if (url == NULL) {
                refuse(error, "failover_urls", ytops_json_at(urls, i), "a URL in each place");
                return FALSE;
            }
            g_ptr_array_add(self->failover_urls, (gpointer)url);
        }
    }
    g_ptr_array_add(self->failover_urls, NULL);
    self->spec.failover_urls = (const char *const *)self->failover_urls->pdata;
    return TRUE;
}

typedef struct {
    GHashTable *texts;
    const YtopsJson *wrong; /* the first value that is no text; NULL: none */
} Texts;

/* A number or a boolean is taken as its text: users write channel numbers as they are. */
static gboolean take_pair(const char *key, YtopsJson *value, gpointer data)
{
    Texts *texts = data;

    switch (ytops_json_get_type(value)) {
    case YTOPS_JSON_STRING:
        g_hash_table_insert(texts->texts, g_strdup(key), g_strdup(ytops_json_string(value)));
        return TRUE;
    case YTOPS_JSON_BOOLEAN:
    case YTOPS_JSON_INTEGER:
    case YTOPS_JSON_DOUBLE:
        g_hash_table_insert(texts->texts, g_strdup(key), ytops_json_to_string(value));
        return TRUE;
    default:
        texts->wrong = value;
        return FALSE;
    }
}

static gboolean take_texts(const YtopsJson *body, const char *key, GHashTable **table,
                           GError **error)
{
    YtopsJson *object = ytops_json_get(body, key);
    Texts texts = {NULL, NULL};

    if (is_absent(body, key))
        return TRUE;
    if (ytops_json_get_type(object) != YTOPS_JSON_OBJECT) {
        refuse(error, key, object, "an object of texts");
        return FALSE;
    }
    texts.texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    *table = texts.texts;
    ytops_json_foreach(object, take_pair, &texts);
    if (texts.wrong != NULL)
        refuse(error, key, texts.wrong, "an object of texts");
    return texts.wrong == NULL;
}

static gboolean take_kind(StreamSpec *self, GError **error)
{
    const char *name = NULL;

    self->spec.kind = YTOPS_RELAY_AUTO;
    if (!take_text(self->body, "kind", &name, error))
        return FALSE;
    if (name == NULL)
        return TRUE;
    for (int kind = YTOPS_RELAY_AUTO; kind <= YTOPS_RELAY_HLS; kind++) {
        if (g_ascii_strcasecmp(name, ytops_relay_kind_to_string((YtopsRelayKind)kind)) == 0) {
            self->spec.kind = (YtopsRelayKind)kind;
            return TRUE;
        }
    }
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "kind '%s' is none of auto, live, vod, hls", name);
    if (error != NULL)
        ytops_error_set_context(*error, "field", "kind");
    return FALSE;
}

typedef struct {
    YtopsRelaySettings *settings;
    GError *error;
} Overrides;

static gboolean override(const char *key, YtopsJson *value, gpointer data)
{
    Overrides *overrides = data;
    g_autofree char *text = ytops_json_get_type(value) == YTOPS_JSON_STRING
                                ? g_strdup(ytops_json_string(value))
                                : ytops_json_to_string(value);

    return ytops_relay_settings_override(overrides->settings, key, text, &overrides->error);
}

static gboolean take_settings(StreamSpec *self, GError **error)
{
    YtopsJson *settings = ytops_json_get(self->body, "settings");
    YtopsJson *sticky = ytops_json_get(self->body, "use_sticky_session");
    Overrides overrides = {&self->settings, NULL};

    if (!is_absent(self->body, "use_sticky_session"))
        override("use_sticky_session", sticky, &overrides);
    if (overrides.error == NULL && !is_absent(self->body, "settings")) {
        if (ytops_json_get_type(settings) != YTOPS_JSON_OBJECT) {
            refuse(error, "settings", settings, "an object of settings");
            return FALSE;
        }
        ytops_json_foreach(settings, override, &overrides);
    }
    if (overrides.error != NULL)
        g_propagate_error(error, overrides.error);
    self->spec.settings = &self->settings;
    return overrides.error == NULL;
}

StreamSpec *stream_spec_parse(GBytes *text, const YtopsRelaySettings *defaults, GError **error)
{
    g_autoptr(StreamSpec) self = g_new0(StreamSpec, 1);

    self->settings = *defaults;
    self->body = stream_spec_parse_object(text, error);
    if (self->body == NULL)
        return NULL;
    self->spec.url = stream_spec_required(self->body, "url", error);
    if (self->spec.url == NULL || !take_failover_urls(self, error) ||
        !take_text(self->body, "account_id", &self->spec.account_id, error) ||
        !take_text(self->body, "format", &self->spec.format, error) ||
        !take_text(self->body, "user_agent", &self->spec.user_agent, error) ||
        !take_text(self->body, "proxy_url", &self->spec.proxy_url, error) ||
        !take_texts(self->body, "headers", &self->spec.headers, error) ||
        !take_texts(self->body, "metadata", &self->spec.metadata, error) ||
        !take_kind(self, error) || !take_settings(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void stream_spec_free(StreamSpec *spec)
{
    if (spec == NULL)
        return;
    g_clear_pointer(&spec->spec.headers, g_hash_table_unref);
    g_clear_pointer(&spec->spec.metadata, g_hash_table_unref);
    g_clear_pointer(&spec->failover_urls, g_ptr_array_unref);
    g_clear_pointer(&spec->body, ytops_json_unref);
    g_free(spec);
}
