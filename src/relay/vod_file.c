#include "vod_file.h"

#include <string.h>

void vod_file_clear(VodFile *file)
{
    g_free(file->content_type);
    g_free(file->content_range);
    g_free(file->accept_ranges);
    g_free(file->etag);
    g_free(file->last_modified);
    g_free(file->url);
    *file = (VodFile){.length = -1};
}

static gboolean refuse(const char **why, const char *text)
{
    *why = text;
    return FALSE;
}

static gboolean is_multipart(const UpstreamHead *head)
{
    return head->content_type != NULL &&
           g_ascii_strncasecmp(head->content_type, "multipart/byteranges", 20) == 0;
}

gboolean vod_file_take(VodFile *file, const char *url, const UpstreamHead *head, const char **why)
{
    vod_file_clear(file);
    file->status = head->status;
    file->length = head->content_length;
    file->has_span = (head->status == 200 || head->status == 206) && !is_multipart(head);
    if (file->has_span &&
        !byte_span_from_head(head->status, head->content_length, head->content_range, &file->span))
        return refuse(why, "the upstream's Content-Range and Content-Length contradict each other");
    if (!file->has_span && head->status != 206 && head->status != 416)
        return refuse(why, "the upstream answered with a status that holds no media");
    if (file->has_span)
        file->length = byte_span_get_length(&file->span);
    file->content_type = g_strdup(head->content_type);
    file->content_range = g_strdup(head->content_range);
    file->accept_ranges = g_strdup(head->accept_ranges);
    file->etag = g_strdup(head->etag);
    file->last_modified = g_strdup(head->last_modified);
    file->url = g_strdup(url);
    return TRUE;
}

gint64 vod_file_get_rest(const VodFile *file)
{
    return file->length < 0 ? -1 : file->length - file->delivered;
}

gboolean vod_file_is_resumable(const VodFile *file)
{
    return file->has_span &&
           (file->span.total >= 0 || file->etag != NULL || file->last_modified != NULL);
}

/* If-Range takes a strong validator only (RFC 9110, 13.1.5). */
static const char *strong_validator(const VodFile *file)
{
    if (file->etag != NULL && !g_str_has_prefix(file->etag, "W/"))
        return file->etag;
    return file->last_modified;
}

char *vod_file_make_range(const VodFile *file, const char *url, const char **if_range)
{
    ByteRange range;

    *if_range = g_strcmp0(url, file->url) == 0 ? strong_validator(file) : NULL;
    if (!byte_span_resume(&file->span, file->delivered, &range))
        return NULL;
    return byte_range_to_string(&range);
}

/* At another URL: the same length and date, whatever name that host gives to the file. */
static gboolean is_copy(const VodFile *file, const char *url, const UpstreamHead *head,
                        gint64 total)
{
    return g_strcmp0(url, file->url) != 0 && file->span.total >= 0 && total == file->span.total &&
           file->last_modified != NULL && g_strcmp0(file->last_modified, head->last_modified) == 0;
}

gboolean vod_file_continues(VodFile *file, const char *url, const UpstreamHead *head,
                            const char **why)
{
    ByteSpan got;

    if (head->status != 206 || is_multipart(head) ||
        !byte_span_from_head(head->status, head->content_length, head->content_range, &got))
        return refuse(why, "the upstream cannot resume in the middle of this file");
    if (file->etag != NULL && g_strcmp0(file->etag, head->etag) != 0 &&
        !is_copy(file, url, head, got.total))
        return refuse(why, "the upstream has another file now: its ETag differs");
    if (file->etag == NULL && file->last_modified != NULL &&
        g_strcmp0(file->last_modified, head->last_modified) != 0)
        return refuse(why, "the upstream has another file now: its Last-Modified differs");
    if (file->span.total >= 0 && got.total >= 0 && file->span.total != got.total)
        return refuse(why, "the upstream has another file now: its length differs");
    /* The end of the part would pass for the end of the file. */
    if (file->length < 0 && got.total < 0)
        return refuse(why, "the upstream does not tell where this file ends");
    if (!byte_span_continues(&file->span, file->delivered, &got))
        return refuse(why, "the upstream did not go on at the byte that was asked for");
    /* Now the end is known, which it was not while the body had no length. */
    if (file->length < 0 && got.total >= 0) {
        file->span.total = got.total;
        file->span.last = got.total - 1;
        file->length = byte_span_get_length(&file->span);
    }
    return TRUE;
}
