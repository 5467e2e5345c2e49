//! What may be spent in a day.

use domain::access::Role;
use sqlx::PgPool;
use store::{RaceBudget, RaceBudgets};

use crate::{
    faulty::{Faulty, Manner, PIECE, stream_of},
    people::invited,
    site::{Site, endpoint, prompt},
};

const PLENTY: RaceBudget = RaceBudget { requests: 1_000, tokens: 1_000_000 };

/// Answers with one piece and says that it took seven tokens.
fn brief() -> Manner {
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#;
    Manner::Says(stream_of(&[PIECE, usage, "[DONE]"]))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_spent_budget_is_refused_with_the_time_it_begins_again(pool: PgPool) {
    let upstream = Faulty::start(brief()).await;
    let mut may = endpoint(&upstream.base());
    may.budgets = RaceBudgets { account: RaceBudget { requests: 2, ..PLENTY }, workspace: PLENTY };
    let site = Site::new(&pool, Some(may)).await;
    let asked = prompt("Hi", 10);
    for _ in 0..2 {
        assert_eq!(site.race(&site.ada, &asked).await.course(), ["begun", "delta", "done"]);
    }
    let race = site.race(&site.ada, &asked).await;
    assert_eq!((race.status, race.kind().as_str()), (429, "budget-spent"));
    let wait: u32 = race.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=86_401).contains(&wait), "{wait}");
    let detail = race.problem()["detail"].as_str().unwrap().to_owned();
    let reset = site.store.race_use(site.ada.scope).await.unwrap().resets_at.date().to_string();
    assert!(detail.contains("your budget has no prompt left") && detail.contains(&reset), "{detail}");
    assert_eq!(upstream.heard().len(), 2, "the third was never sent");

    // Somebody else still may.
    let eve = invited(&site.store, &site.ada, Role::Editor).await;
    assert_eq!(site.race(&eve, &asked).await.status, 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_workspace_shares_its_budget_across_people_and_servers(pool: PgPool) {
    let upstream = Faulty::start(brief()).await;
    let mut may = endpoint(&upstream.base());
    // Room for the first prompt and what it may take, and after that for its seven tokens and half a prompt.
    may.budgets = RaceBudgets { account: PLENTY, workspace: RaceBudget { requests: 9, tokens: 60 } };
    let first = Site::new(&pool, Some(may.clone())).await;
    let second = Site::over(first.store.clone(), first.ada.clone(), Some(may)).await;
    let eve = invited(&first.store, &first.ada, Role::Reviewer).await;
    assert_eq!(first.race(&first.ada, &prompt("Hi", 50)).await.status, 200);
    let race = second.race(&eve, &prompt("Hi", 50)).await;
    assert_eq!((race.status, race.kind().as_str()), (429, "budget-spent"));
    let detail = race.problem()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("the budget of your workspace has too few tokens left"), "{detail}");
    // A smaller one fits.
    assert_eq!(second.race(&eve, &prompt("Hi", 10)).await.status, 200);
    let used = first.store.race_use(first.ada.scope).await.unwrap();
    assert_eq!((used.workspace.tokens, used.account.tokens), (14, 7));
}
