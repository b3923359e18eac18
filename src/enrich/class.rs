//! What a request is: the classes of docs/design.md, section 4, in its order,
//! and the rules of the configuration that leave requests out.

use super::exclude::{Exclude, Subject};
use super::path::{Page, last_segment};
use crate::model::{Class, Request};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use std::borrow::Cow;

/// How far ahead of the clock a record may be, in seconds.
const AHEAD: i64 = 600;

/// Extensions whose files are no pages.
pub const ASSETS: &str = "css js mjs map json wasm png jpg jpeg gif svg webp avif ico bmp tif tiff woff woff2 ttf otf eot \
mp3 mp4 m4a m4v webm ogg ogv wav flac mov avi mkv pdf zip gz tgz tar bz2 xz zst 7z rar dmg exe msi deb rpm apk iso bin \
doc docx xls xlsx ppt pptx csv txt xml";

/// Extensions and whole names of feeds; a name has a dot in it.
pub const FEEDS: &str = "rss atom feed.xml rss.xml atom.xml index.xml feed.json";

/// What decides the class of a request, apart from the request itself.
#[derive(Clone, Debug)]
pub struct Rules {
    assets: Names,
    feeds: Names,
    excludes: Vec<Exclude>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules::new(words(ASSETS), words(FEEDS), Vec::new())
    }
}

impl Rules {
    /// Rules of extensions of assets, names and extensions of feeds (lower
    /// case, without a leading dot) and exclusions.
    pub fn new(assets: Vec<String>, feeds: Vec<String>, excludes: Vec<Exclude>) -> Rules {
        Rules { assets: Names::new(assets), feeds: Names::new(feeds), excludes }
    }

    /// Whether a rule looks at the client's address.
    pub fn look_at_clients(&self) -> bool {
        self.excludes.iter().any(Exclude::looks_at_clients)
    }

    /// The class of a request at `now` (seconds since 1970). Never malformed:
    /// what is a request is not. `is_bot` is asked only where it matters, and so is
    /// the page.
    pub fn class(&self, subject: Subject<'_>, now: i64, is_bot: impl FnOnce() -> bool) -> Class {
        let request = subject.request;
        if request.time > now.saturating_add(AHEAD) {
            Class::OutOfWindow
        } else if self.excludes.iter().any(|rule| rule.fits(subject)) {
            Class::Excluded
        } else if is_bot() {
            Class::Bot
        } else if &*request.method != b"GET" || is_prefetch(&request.purpose) {
            Class::Other
        } else {
            self.by_status(request, subject.page)
        }
    }

    fn by_status(&self, request: &Request<'_>, page: &Page<'_>) -> Class {
        match request.status {
            1..=199 | 600.. => Class::Other,
            0 | 400..=499 => Class::ClientError,
            500..=599 => Class::ServerError,
            300..=399 if request.status != 304 => Class::Redirect,
            status => self.by_content(status, &request.content_type, page),
        }
    }

    fn by_content(&self, status: u16, content_type: &[u8], page: &Page<'_>) -> Class {
        let kind = Content::of(content_type);
        let name = match page.plain_segment() {
            Some(segment) => dotted(segment),
            None => dotted(last_segment(page.full().as_bytes())),
        };
        if kind == Content::Feed || self.feeds.has(name.as_deref()) {
            Class::Feed
        } else if status == 206 || kind == Content::Else || self.assets.has(name.as_deref()) {
            Class::Asset
        } else {
            Class::Page
        }
    }
}

/// What a logged content type says.
#[derive(PartialEq)]
enum Content {
    Unknown,
    Html,
    Feed,
    Else,
}

impl Content {
    fn of(logged: &[u8]) -> Content {
        let kind = logged.split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
        let is = |name: &str| kind.eq_ignore_ascii_case(name.as_bytes());
        if kind.is_empty() || is("-") {
            Content::Unknown
        } else if is("text/html") || is("application/xhtml+xml") {
            Content::Html
        } else if is("application/rss+xml") || is("application/atom+xml") || is("application/feed+json") {
            Content::Feed
        } else {
            Content::Else
        }
    }
}

fn is_prefetch(purpose: &[u8]) -> bool {
    // `prefetch`, `prefetch;prerender`
    purpose.windows(8).any(|window| window.eq_ignore_ascii_case(b"prefetch"))
}

/// A segment in lower case, if it has an extension. One whose only dot is its
/// first byte (`.env`) has none.
fn dotted(segment: &[u8]) -> Option<Cow<'_, [u8]>> {
    match segment.iter().rposition(|&b| b == b'.') {
        None | Some(0) => None,
        Some(_) if segment.iter().any(u8::is_ascii_uppercase) => Some(Cow::Owned(segment.to_ascii_lowercase())),
        Some(_) => Some(Cow::Borrowed(segment)),
    }
}

/// Extensions and whole names, which have a dot in them.
#[derive(Clone, Debug, Default)]
struct Names {
    all: HashSet<Vec<u8>, FixedState>,
    /// Whether one is a whole name.
    has_whole: bool,
}

impl Names {
    fn new(names: Vec<String>) -> Names {
        let has_whole = names.iter().any(|name| name.contains('.'));
        Names { all: names.into_iter().map(String::into_bytes).collect(), has_whole }
    }

    /// Whether it has that name or its extension.
    fn has(&self, name: Option<&[u8]>) -> bool {
        let Some(name) = name else { return false };
        let extension = name.iter().rposition(|&b| b == b'.').map(|dot| &name[dot + 1..]);
        extension.is_some_and(|end| self.all.contains(end)) || (self.has_whole && self.all.contains(name))
    }
}

/// The words of a text, as the lists above are written.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::reduce::Reduction;

    fn request() -> Request<'static> {
        Request { time: 1_000, method: b"GET"[..].into(), status: 200, ..Request::default() }
    }

    fn class_of(request: &Request<'_>, path: &str) -> Class {
        Rules::default().class(
            Subject { request, page: &Page::new(path.as_bytes(), b"", &[], &Reduction::default()), client: None },
            1_000,
            || false,
        )
    }

    #[test]
    fn paths_of_successful_requests() {
        let cases = [
            ("/", Class::Page),
            ("/blog/a-post", Class::Page),
            ("/index.html", Class::Page),
            ("/app.JS", Class::Asset),
            ("/a.tar.gz", Class::Asset),
            ("/sitemap.xml", Class::Asset),
            ("/feed.xml", Class::Feed),
            ("/blog/Index.XML", Class::Feed),
            ("/x.rss", Class::Feed),
            ("/rss", Class::Page),
            ("/css", Class::Page),
            ("/.env", Class::Page),
            ("/.xml", Class::Page),
            ("/..xml", Class::Asset),
            ("/dir.css/page", Class::Page),
            ("/page?file=a.css", Class::Page),
            ("/a.css?v=1", Class::Asset),
            ("/a.", Class::Page),
        ];
        for (path, class) in cases {
            assert_eq!(class_of(&request(), path), class, "{path}");
        }
    }

    #[test]
    fn statuses() {
        let cases = [
            (0, Class::ClientError),
            (101, Class::Other),
            (200, Class::Page),
            (206, Class::Asset),
            (301, Class::Redirect),
            (304, Class::Page),
            (404, Class::ClientError),
            (499, Class::ClientError),
            (500, Class::ServerError),
            (600, Class::Other),
        ];
        for (status, class) in cases {
            assert_eq!(class_of(&Request { status, ..request() }, "/"), class, "{status}");
        }
    }

    #[test]
    fn content_types() {
        let cases: [(&[u8], Class); 6] = [
            (b"text/html; charset=utf-8", Class::Page),
            (b"application/xhtml+xml", Class::Page),
            (b"Application/RSS+xml", Class::Feed),
            (b"image/png", Class::Asset),
            (b"", Class::Page),
            (b"-", Class::Page),
        ];
        for (content_type, class) in cases {
            assert_eq!(class_of(&Request { content_type: content_type.into(), ..request() }, "/x"), class);
        }
    }

    #[test]
    fn the_first_class_that_fits_wins() {
        let excludes = vec![Exclude::parse("path:/health").unwrap()];
        let rules = Rules::new(words(ASSETS), words(FEEDS), excludes);
        let post = Request { method: b"POST"[..].into(), status: 404, ..request() };
        let class = |request: &Request<'_>, path: &str, now, bot| {
            rules.class(
                Subject { request, page: &Page::new(path.as_bytes(), b"", &[], &Reduction::default()), client: None },
                now,
                || bot,
            )
        };
        assert_eq!(class(&post, "/health", 399, true), Class::OutOfWindow);
        assert_eq!(class(&post, "/health", 400, true), Class::Excluded);
        assert_eq!(class(&post, "/", 400, true), Class::Bot);
        assert_eq!(class(&post, "/", 400, false), Class::Other);
        let prefetch = Request { purpose: b"Prefetch;prerender"[..].into(), ..request() };
        assert_eq!(class(&prefetch, "/", 1_000, false), Class::Other);
    }
}
