"""What the double of YouTube answers for a video, by the video's id."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

EXPIRES_IN_S = 21540
HUGE_BYTES = 5 * 1024 * 1024
OTHER_VIDEO = "aQvGIIdgFDM"


@dataclass(frozen=True)
class Case:
    """How a video behaves."""

    status: str = "OK"
    """playabilityStatus.status of the player response."""
    reason: str = ""
    subreason: str = ""
    http_status: int = 200
    """Of the page and of the player API."""
    media_status: int = 200
    """Of the media URLs."""
    media_part: float = 1.0
    """How much of the media there is, as if it were all."""
    formats: bool = True
    hangs: bool = False
    """The player API answers when the double is released."""
    description: str = "A test pattern with a tone."
    error_screen: Json = field(default_factory=dict)
    details: Json = field(default_factory=dict)
    """Further fields of videoDetails."""
    answers_for: str = ""
    """The player response is that of another video."""
    licensed: bool = False
    set_cookies: tuple[str, ...] = ()
    """Set-Cookie headers of the page."""
    first: str = ""
    """The case that the first extraction meets instead."""


def _refused(status: str, reason: str, subreason: str = "", **more: Any) -> Case:
    return Case(status, reason, subreason, formats=False, **more)


CASES = {
    "playable": Case(),
    "huge": Case(description="x" * HUGE_BYTES),
    "hang": Case(hangs=True),
    "newcookie": Case(set_cookies=("YSC=fresh; Domain=.youtube.com; Path=/; Secure",)),
    "oldcookie": _refused(
        "UNPLAYABLE",
        "This video cannot be played here",
        set_cookies=("LOGIN_INFO=; Domain=.youtube.com; Path=/; Secure; Max-Age=0",),
    ),
    "media403": Case(media_status=403),
    "mediaonce": Case(first="media403"),
    "bot": _refused("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot"),
    "botonce": Case(first="bot"),
    "cut": Case(media_part=0.6),
    "captcha": _refused(
        "UNPLAYABLE", "Video unavailable", error_screen={"playerCaptchaViewModel": {"page": "x"}}
    ),
    "blocked": Case(answers_for=OTHER_VIDEO),
    "limited": _refused(
        "UNPLAYABLE", "Video unavailable", "This content isn't available, try again later."
    ),
    "http429": Case(http_status=429),
    "http403": Case(http_status=403),
    "http503": Case(http_status=503),
    "age": _refused(
        "LOGIN_REQUIRED",
        "Sign in to confirm your age",
        "This video may be inappropriate for some users.",
    ),
    "private": _refused(
        "LOGIN_REQUIRED",
        "Private video",
        "Sign in if you've been granted access to this video",
    ),
    "members": _refused(
        "UNPLAYABLE",
        "Join this channel to get access to members-only content like this video, "
        "and other exclusive perks.",
    ),
    "ended": _refused(
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the YouTube account associated with this "
        "video has been terminated.",
    ),
    "removed": _refused(
        "ERROR", "This video has been removed for violating YouTube's Community Guidelines"
    ),
    "unavail": _refused("ERROR", "Video unavailable", "This video is not available"),
    "geo": _refused(
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
    "premiere": _refused(
        "LIVE_STREAM_OFFLINE", "Premieres in 3 hours", details={"isUpcoming": True}
    ),
    "drm": Case(formats=False, licensed=True),
    "empty": Case(formats=False),
}


def video_id(case: str, number: int = 0) -> str:
    """The id, 11 characters, of the number-th video that behaves so."""
    if case not in CASES or not 0 <= number < 100:
        raise ValueError(f"no such video: {case} {number}")
    return f"{case:_<9}{number:02d}"


def watch_url(case: str, number: int = 0) -> str:
    return f"https://www.youtube.com/watch?v={video_id(case, number)}"


def case_of(video: str) -> Case:
    """The behaviour of a video id; one that names none is unavailable."""
    return CASES.get(video[:9].rstrip("_"), CASES["unavail"])


def case_now(video: str, n_extractions: int) -> Case:
    """The behaviour in the n-th extraction, from 1."""
    case = case_of(video)
    return CASES[case.first] if case.first and n_extractions <= 1 else case


def player_response(video: str, case: Case, media_bytes: dict[str, int]) -> Json:
    """ytInitialPlayerResponse, and the answer of youtubei/v1/player. Sizes by name of media."""
    shown = case.answers_for or video
    response: Json = {
        "responseContext": {"visitorData": "CgtURVNUVklTSVRPUg%3D%3D"},
        "playabilityStatus": _playability(case),
        "videoDetails": _details(case, shown),
        "microformat": {"playerMicroformatRenderer": _microformat(shown)},
    }
    if case.formats or case.licensed:
        response["streamingData"] = {"expiresInSeconds": str(EXPIRES_IN_S)}
    if case.formats:
        response["streamingData"] |= _formats(shown, media_bytes)
    if case.licensed:
        response["streamingData"]["licenseInfos"] = [{"drmFamily": "WIDEVINE"}]
    return response


def _playability(case: Case) -> Json:
    if case.status == "OK":
        return {"status": "OK", "playableInEmbed": True}
    renderer: Json = {"reason": {"simpleText": case.reason}}
    if case.subreason:
        renderer["subreason"] = {"simpleText": case.subreason}
    screen = {"playerErrorMessageRenderer": renderer} | case.error_screen
    return {"status": case.status, "reason": case.reason, "errorScreen": screen}


def _details(case: Case, video: str) -> Json:
    return {
        "videoId": video,
        "title": f"Test video {video}",
        "lengthSeconds": "1",
        "keywords": ["test"],
        "channelId": "UCtestTestTestTestTestTe",
        "shortDescription": case.description,
        "thumbnail": {"thumbnails": []},
        "viewCount": "1",
        "author": "Test channel",
        "isLiveContent": False,
    } | case.details


def _microformat(video: str) -> Json:
    return {
        "title": {"simpleText": f"Test video {video}"},
        "lengthSeconds": "1",
        "isFamilySafe": True,
        "category": "Science & Technology",
        "publishDate": "2024-01-02T03:04:05-07:00",
        "uploadDate": "2024-01-02T03:04:05-07:00",
    }


def _formats(video: str, media_bytes: dict[str, int]) -> Json:
    merged = {
        "itag": 18,
        "url": media_url(video, 18),
        "mimeType": 'video/mp4; codecs="avc1.42001E, mp4a.40.2"',
        "contentLength": str(media_bytes["video.mp4"]),
        "quality": "medium",
        "qualityLabel": "360p",
    }
    webm = {
        "itag": 43,
        "url": media_url(video, 43),
        "mimeType": 'video/webm; codecs="vp8, opus"',
        "contentLength": str(media_bytes["video.webm"]),
        "quality": "small",
        "qualityLabel": "240p",
    }
    common = {
        "bitrate": 100000,
        "width": 160,
        "height": 120,
        "fps": 10,
        "approxDurationMs": "1000",
        "audioSampleRate": "44100",
        "audioChannels": 1,
    }
    return {"formats": [common | merged, common | webm]}


def media_url(video: str, itag: int) -> str:
    """A media URL as YouTube makes them: it expires, and names the address it is for."""
    expire = int(time.time()) + EXPIRES_IN_S
    query = f"expire={expire}&ip=127.0.0.1&id={video}&itag={itag}&source=youtube"
    return f"https://rr1---sn-test.googlevideo.com/videoplayback?{query}"
