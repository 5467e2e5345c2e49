//! Comments on a use case: threads, edits with their history, mentions, and what fits.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use store::{Comment, CommentId, Scope, StoreError, UseCaseId};
use support::named;
use support::people::{Person, founder, invited};
use support::review::ReviewTeam;

/// A team and a use case to talk about.
async fn talk(pool: &PgPool) -> (ReviewTeam, UseCaseId) {
    let team = ReviewTeam::new(pool).await;
    let id = team.written(&team.ben, &named("Invoices", "10M")).await;
    (team, id)
}

/// Somebody says something about the use case as a whole.
async fn says(team: &ReviewTeam, by: &Person, id: UseCaseId, body: &str) -> CommentId {
    team.store.write_comment(by.scope, id, None, None, body).await.unwrap()
}

/// Somebody answers a comment.
async fn answers(team: &ReviewTeam, by: &Person, id: UseCaseId, to: CommentId, body: &str) -> CommentId {
    team.store.write_comment(by.scope, id, Some(to), None, body).await.unwrap()
}

async fn comments(team: &ReviewTeam, id: UseCaseId) -> Vec<Comment> {
    team.store.comments(team.scope(), id).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_stands_in_the_thread_and_is_about_the_same_thing(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let volume = Some("requests_per_month");
    let first = team.store.write_comment(team.ben.scope, id, None, volume, " Last month’s. ").await.unwrap();
    let answer = answers(&team, &team.cleo, id, first, "All of it?").await;
    // An answer to an answer joins the thread: threads are one level deep.
    let second = answers(&team, &team.ben, id, answer, "All of it.").await;
    let apart = says(&team, &team.dan, id, "Who pays?").await;
    let said: Vec<_> = comments(&team, id)
        .await
        .into_iter()
        .map(|each| (each.id, each.parent, each.about, each.author, each.body.unwrap()))
        .collect();
    let about = Some("requests_per_month".to_owned());
    let line =
        |id, parent, about, author: &str, body: &str| (id, parent, about, author.to_owned(), body.to_owned());
    assert_eq!(
        said,
        [
            line(first, None, about.clone(), "Ben", "Last month’s."),
            line(answer, Some(first), about.clone(), "Cleo", "All of it?"),
            line(second, Some(first), about, "Ben", "All of it."),
            line(apart, None, None, "Dan", "Who pays?"),
        ]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_belongs_to_the_use_case_of_its_thread(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let other = team.written(&team.ben, &named("Receipts", "10M")).await;
    let first = says(&team, &team.ben, id, "Measured.").await;
    let astray = team.store.write_comment(team.ben.scope, other, Some(first), None, "Really?").await;
    assert!(matches!(astray, Err(StoreError::NotFound)), "{astray:?}");
    assert!(comments(&team, other).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_keeps_the_words_before_it(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let comment = says(&team, &team.ben, id, "Measured.").await;
    for body in ["Measured in May.", "Measured in May.", " Measured in June. "] {
        team.store.edit_comment(team.ben.scope, comment, body).await.unwrap();
    }
    let shown = comments(&team, id).await.remove(0);
    assert_eq!((shown.body.as_deref(), shown.versions), (Some("Measured in June."), 3));
    let versions = team.store.comment_versions(team.scope(), comment).await.unwrap();
    let words: Vec<_> = versions.iter().map(|each| (each.number, &*each.body)).collect();
    assert_eq!(words, [(1, "Measured."), (2, "Measured in May."), (3, "Measured in June.")]);
    let said = ["use_case.created", "comment.written", "comment.edited", "comment.edited"];
    assert_eq!(team.actions(id).await, said);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn edits_at_once_are_numbered_one_after_the_other(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let comment = says(&team, &team.ben, id, "Measured.").await;
    let editors: Vec<_> = (1..=6)
        .map(|number| {
            let (store, scope) = (team.store.clone(), team.ben.scope);
            tokio::spawn(async move { store.edit_comment(scope, comment, &format!("Words {number}")).await })
        })
        .collect();
    for editor in editors {
        editor.await.unwrap().unwrap();
    }
    let versions = team.store.comment_versions(team.scope(), comment).await.unwrap();
    assert_eq!(versions.iter().map(|each| each.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let shown = comments(&team, id).await.remove(0);
    assert_eq!((shown.versions, shown.body.as_ref()), (7, Some(&versions[6].body)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_who_wrote_a_comment_edits_it_or_takes_it_back(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let comment = says(&team, &team.ben, id, "Measured.").await;
    let answer = answers(&team, &team.cleo, id, comment, "Where?").await;
    for other in [&team.cleo, &team.ada] {
        let edited = team.store.edit_comment(other.scope, comment, "Guessed.").await;
        assert!(matches!(edited, Err(StoreError::NotFound)), "{edited:?}");
        let withdrawn = team.store.withdraw_comment(other.scope, comment).await;
        assert!(matches!(withdrawn, Err(StoreError::NotFound)), "{withdrawn:?}");
    }
    team.store.withdraw_comment(team.ben.scope, comment).await.unwrap();
    let shown = comments(&team, id).await;
    let left: Vec<_> = shown.iter().map(|each| (each.id, each.body.as_deref())).collect();
    assert_eq!(left, [(comment, None), (answer, Some("Where?"))]);
    // What was taken back can neither be read in its history nor be brought back by an edit.
    let versions = team.store.comment_versions(team.scope(), comment).await;
    assert!(matches!(versions, Err(StoreError::NotFound)), "{versions:?}");
    let edited = team.store.edit_comment(team.ben.scope, comment, "Guessed.").await;
    assert!(matches!(edited, Err(StoreError::NotFound)), "{edited:?}");
    let again = team.store.withdraw_comment(team.ben.scope, comment).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_is_mentioned_or_answered_hears_of_it_once(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let first = says(&team, &team.ben, id, "@cleo and @Dan@example.org: is this right? Says @ben.").await;
    let heard = async |person: &Person| team.unread(person).await;
    assert_eq!(heard(&team.cleo).await, ["mentioned"]);
    assert_eq!(heard(&team.dan).await, ["mentioned"]);
    // Nobody is told of what they said themselves.
    assert!(heard(&team.ben).await.is_empty());
    assert!(heard(&team.eve).await.is_empty());
    team.everybody_reads().await;

    answers(&team, &team.cleo, id, first, "It is, @ben.").await;
    // Mentioned in an answer is not told twice.
    assert_eq!(heard(&team.ben).await, ["mentioned"]);
    answers(&team, &team.eve, id, first, "I doubt it.").await;
    assert_eq!(heard(&team.ben).await, ["replied", "mentioned"]);
    assert_eq!(heard(&team.cleo).await, ["replied"]);
    // Dan was mentioned and said nothing: the thread is not his.
    assert!(heard(&team.dan).await.is_empty());

    let newest = team.store.notifications(team.ben.scope, 1).await.unwrap().remove(0);
    assert_eq!((newest.action.as_str(), newest.actor.as_deref()), ("comment.written", Some("Eve")));
    assert_eq!((newest.use_case, newest.use_case_name.as_deref()), (Some(id), Some("Invoices")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_tells_nobody_again(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let comment = says(&team, &team.ben, id, "@cleo, is this right?").await;
    team.everybody_reads().await;
    team.store.edit_comment(team.ben.scope, comment, "@cleo and @dan, is this right?").await.unwrap();
    assert!(team.unread(&team.cleo).await.is_empty());
    assert!(team.unread(&team.dan).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_members_can_be_mentioned(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let stranger = founder(&team.store, &team.ada, "Frank").await;
    let leaver = invited(&team.store, &team.ada, "Gina", Role::Reviewer).await;
    team.store.remove_member(team.scope(), leaver.account).await.unwrap();
    says(&team, &team.ben, id, "@frank @gina @nobody @ada@elsewhere.example").await;
    let told = team.store.audit_head(team.scope()).await.unwrap();
    assert!(team.store.told(team.scope(), told).await.unwrap().is_empty());
    assert!(team.store.notifications(stranger.scope, 10).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_notification_stays_read(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let other = team.written(&team.ben, &named("Receipts", "10M")).await;
    for about in [id, id, other] {
        says(&team, &team.ben, about, "@cleo?").await;
    }
    let unread = async || team.store.unread_notifications(team.cleo.scope).await.unwrap();
    assert_eq!(unread().await, 3);
    // Somebody else’s reading is not hers.
    team.store.read_notifications(team.dan.scope, None, None).await.unwrap();
    let first = team.store.notifications(team.cleo.scope, 10).await.unwrap().remove(0);
    assert_eq!(first.use_case, Some(other));
    team.store.read_notifications(team.dan.scope, Some(first.id), None).await.unwrap();
    assert_eq!(unread().await, 3);
    team.store.read_notifications(team.cleo.scope, Some(first.id), None).await.unwrap();
    assert_eq!(unread().await, 2);
    team.store.read_notifications(team.cleo.scope, None, Some(id)).await.unwrap();
    assert_eq!(unread().await, 0);
    assert!(team.store.notifications(team.cleo.scope, 10).await.unwrap().iter().all(|each| each.is_read));
}

/// Which text of a comment is refused, and why.
fn problem(written: Result<CommentId, StoreError>) -> String {
    match written {
        Err(error @ StoreError::Text { .. }) => error.to_string(),
        other => panic!("not refused for its text: {other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_comment_has_words_and_not_too_many(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let write = async |body: &str| team.store.write_comment(team.ben.scope, id, None, None, body).await;
    let fits = write(&"ü".repeat(10_000)).await.unwrap();
    assert_eq!(problem(write(" \n ").await), "the comment is missing");
    let long = "ü".repeat(10_001);
    assert_eq!(problem(write(&long).await), "the comment has 10001 characters; at most 10000 fit");
    assert_eq!(problem(write("a\0b").await), "the comment has characters that cannot be shown");
    for bad in [" ", long.as_str()] {
        let edited = team.store.edit_comment(team.ben.scope, fits, bad).await;
        assert!(matches!(edited, Err(StoreError::Text { field: "comment", .. })), "{edited:?}");
    }
    assert_eq!(comments(&team, id).await.len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_subject_of_a_comment_is_a_key_that_fits(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let write = async |about: &str| {
        team.store.write_comment(team.ben.scope, id, None, Some(about), "Measured.").await
    };
    write(&"k".repeat(64)).await.unwrap();
    assert_eq!(problem(write("").await), "the subject is missing");
    assert_eq!(problem(write(" ").await), "the subject is missing");
    assert_eq!(problem(write(&"k".repeat(65)).await), "the subject has 65 characters; at most 64 fit");
    assert_eq!(problem(write("a\nb").await), "the subject must be on one line");
    let kept: Vec<_> = comments(&team, id).await.into_iter().map(|each| each.about).collect();
    assert_eq!(kept, [Some("k".repeat(64))]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn comments_of_another_workspace_do_not_exist(pool: PgPool) {
    let (team, id) = talk(&pool).await;
    let comment = says(&team, &team.ben, id, "Measured.").await;
    let stranger = founder(&team.store, &team.ada, "Frank").await.scope;
    let nobody = Scope::system(team.scope().workspace);
    assert!(team.store.comments(stranger, id).await.unwrap().is_empty());
    let refusals = [
        team.store.comment_versions(stranger, comment).await.map(drop),
        team.store.write_comment(stranger, id, None, None, "Mine.").await.map(drop),
        team.store.write_comment(stranger, id, Some(comment), None, "Mine.").await.map(drop),
        team.store.edit_comment(stranger, comment, "Mine.").await,
        team.store.withdraw_comment(stranger, comment).await,
        // Whoever has no account says nothing.
        team.store.write_comment(nobody, id, None, None, "Ours.").await.map(drop),
        team.store.edit_comment(nobody, comment, "Ours.").await,
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(StoreError::NotFound)), "{refusal:?}");
    }
    assert_eq!(comments(&team, id).await[0].versions, 1);
}
