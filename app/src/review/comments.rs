//! The comments on a use case, in threads, and the forms to write them.

use super::conversation::{EditComment, WithdrawComment, WriteComment};
use super::panel::{Reader, area};
use super::said::Said;
use crate::functions::dates::Moment;
use ammonia::Builder;
use domain::access::Action;
use domain::decision::DimensionKind;
use domain::field::Choice as _;
use domain::ids::UseCaseId;
use domain::use_case::{Field, Group};
use leptos::prelude::*;
use server_fn::ServerFn;
use std::sync::LazyLock;
use store::Comment;

pub(super) fn comments(id: UseCaseId, comments: &[Comment], reader: &Reader, said: &Said) -> AnyView {
    let threads: Vec<AnyView> = comments
        .iter()
        .filter(|comment| comment.parent.is_none())
        .map(|first| thread(id, first, comments, reader, said))
        .collect();
    let write = reader.may(Action::Comment).then(|| new_thread(id, said));
    let none = threads.is_empty().then(|| view! { <p class="muted">"Nobody said anything yet."</p> });
    view! {
        <section class="section" id="comments" aria-labelledby="comments-title">
            <header class="section-head">
                <h2 class="section-title" id="comments-title">"Comments"</h2>
                <p class="section-note">"Markdown; mention people by the first part of their address, as in @ada"</p>
            </header>
            {none}
            <ol class="threads">{threads}</ol>
            {write}
        </section>
    }
    .into_any()
}

fn thread(id: UseCaseId, first: &Comment, all: &[Comment], reader: &Reader, said: &Said) -> AnyView {
    let answers: Vec<AnyView> = all
        .iter()
        .filter(|comment| comment.parent == Some(first.id))
        .map(|comment| view! { <li>{one(id, comment, reader, said)}</li> }.into_any())
        .collect();
    let about = first.about.as_deref().and_then(about_words);
    let form = format!("comment-{}", first.id);
    let refused = said.refused(&form);
    let open = refused.is_some();
    let reply = reader.may(Action::Comment).then(|| {
        view! {
            <details class="disclosure" open=open>
                <summary class="button button-quiet button-small">"Answer"</summary>
                <div class="disclosure-panel">
                    <form class="form" method="post" action=WriteComment::url()>
                        <input type="hidden" name="use_case" value=id.to_string() />
                        <input type="hidden" name="parent" value=first.id.to_string() />
                        {area(&format!("{form}-body"), "body", "Your answer", &said.typed(&form, "body"), refused)}
                        <div class="actions">
                            <button class="button" type="submit">"Answer"</button>
                        </div>
                    </form>
                </div>
            </details>
        }
    });
    view! {
        <li class="thread">
            {about.map(|about| view! { <p class="thread-about">{format!("About {about}")}</p> })}
            {one(id, first, reader, said)}
            {(!answers.is_empty()).then(|| view! { <ol class="answers">{answers}</ol> })}
            {reply}
        </li>
    }
    .into_any()
}

fn one(id: UseCaseId, comment: &Comment, reader: &Reader, said: &Said) -> AnyView {
    let anchor = format!("c-{}", comment.id);
    let Some(body) = comment.body.clone() else {
        return view! {
            <article class="comment" id=anchor>
                <p class="muted">{format!("{} took this comment back.", comment.author)}</p>
            </article>
        }
        .into_any();
    };
    let edited = (comment.versions > 1).then(|| {
        let address = format!("/comments/{}", comment.id);
        view! { " · " <a href=address rel="external">"edited"</a> }
    });
    let mine = comment.account == reader.account && reader.may(Action::Comment);
    let form = format!("comment-edit-{}", comment.id);
    let refused = said.refused(&form);
    let open = refused.is_some();
    let typed =
        Some(said.typed(&form, "body")).filter(|typed| !typed.is_empty()).unwrap_or_else(|| body.clone());
    let edit = mine.then(|| {
        view! {
            <div class="actions">
                <details class="disclosure" open=open>
                    <summary class="button button-quiet button-small">"Edit"</summary>
                    <div class="disclosure-panel">
                        <form class="form" method="post" action=EditComment::url()>
                            <input type="hidden" name="use_case" value=id.to_string() />
                            <input type="hidden" name="comment" value=comment.id.to_string() />
                            {area(&format!("{form}-body"), "body", "Your comment", &typed, refused)}
                            <div class="actions">
                                <button class="button" type="submit">"Save"</button>
                            </div>
                        </form>
                    </div>
                </details>
                <form method="post" action=WithdrawComment::url()>
                    <input type="hidden" name="use_case" value=id.to_string() />
                    <input type="hidden" name="comment" value=comment.id.to_string() />
                    <button class="button button-quiet button-small" type="submit">"Take back"</button>
                </form>
            </div>
        }
    });
    view! {
        <article class="comment" id=anchor aria-label=format!("Comment by {}", comment.author)>
            <p class="comment-head">
                <strong>{comment.author.clone()}</strong> " " {Moment::from(comment.created_at).view()} {edited}
            </p>
            <div class="prose" inner_html=html(&body)></div>
            {edit}
        </article>
    }
    .into_any()
}

fn new_thread(id: UseCaseId, said: &Said) -> AnyView {
    let chosen = said.typed("comment", "about");
    let option = |code: String, label: String| {
        let selected = code == chosen;
        view! {
            <option value=code selected=selected>
                {label}
            </option>
        }
        .into_any()
    };
    let groups: Vec<AnyView> = Group::ALL
        .iter()
        .filter(|group| **group != Group::Identity)
        .map(|group| {
            let fields: Vec<AnyView> = Field::ALL
                .iter()
                .filter(|field| field.group() == *group)
                .map(|field| option(format!("input:{}", field.name()), field.label().to_owned()))
                .collect();
            view! { <optgroup label=group.label()>{fields}</optgroup> }.into_any()
        })
        .collect();
    let dimensions: Vec<AnyView> = DimensionKind::ALL
        .iter()
        .map(|kind| option(format!("dimension:{}", kind.code()), kind.label().to_owned()))
        .collect();
    view! {
        <form class="form" method="post" action=WriteComment::url() id="comment">
            <input type="hidden" name="use_case" value=id.to_string() />
            <div class="field">
                <label class="field-label" for="comment-about">"About"</label>
                <div class="field-control">
                    <select id="comment-about" name="about">
                        <option value="">"the use case as a whole"</option>
                        <optgroup label="Dimensions">{dimensions}</optgroup>
                        {groups}
                    </select>
                </div>
            </div>
            {area("comment-body", "body", "Comment", &said.typed("comment", "body"), said.refused("comment"))}
            <div class="actions">
                <button class="button" type="submit">"Comment"</button>
            </div>
        </form>
    }
    .into_any()
}

/// What a comment is about, in words; `None` for a key that names nothing (any more).
pub(super) fn about_words(about: &str) -> Option<&'static str> {
    match about.split_once(':')? {
        ("input", code) => Field::ALL.iter().find(|field| field.name() == code).map(|field| field.label()),
        ("dimension", code) => {
            DimensionKind::ALL.iter().find(|kind| kind.code() == code).map(|kind| kind.label())
        }
        _ => None,
    }
}

/// A comment's Markdown as HTML, without whatever could do harm: scripts, styles, forms, images that would tell
/// another server who reads.
pub(crate) fn html(markdown: &str) -> String {
    static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut allowed = Builder::default();
        allowed.rm_tags(["img", "figure", "figcaption", "details", "summary", "map", "area"]);
        allowed.link_rel(Some("noopener noreferrer nofollow"));
        allowed.url_schemes(["http", "https", "mailto"].into());
        allowed
    });
    use pulldown_cmark::{Options, Parser, html};
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut written = String::new();
    html::push_html(&mut written, Parser::new_ext(markdown, options));
    ALLOWED.clean(&written).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_written_as_html() {
        assert_eq!(html("A *good* **case**"), "<p>A <em>good</em> <strong>case</strong></p>\n");
        assert!(html("- one\n- two").contains("<li>one</li>"));
    }

    #[test]
    fn nothing_harmful_comes_through() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "<a href=\"data:text/html,x\" onclick=\"x()\">x</a>",
            "<form action=/api/sign-out><button>x</button></form>",
            "<div style=\"position:fixed\">x</div>",
            "![x](https://evil.example/pixel.gif)",
            "<iframe src=/></iframe>",
        ] {
            let shown = html(attack);
            for bad in
                ["script", "onerror", "javascript:", "data:", "onclick", "<form", "style=", "<img", "<iframe"]
            {
                assert!(!shown.contains(bad), "{attack} became {shown}");
            }
        }
    }

    #[test]
    fn only_inputs_and_dimensions_can_be_spoken_about() {
        assert_eq!(about_words("dimension:volume"), Some("Volume"));
        assert!(about_words("input:requests_per_month").is_some());
        assert_eq!(about_words("elsewhere:x"), None);
    }
}
