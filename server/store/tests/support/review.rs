//! A team that reviews: an admin, an author and three reviewers, and the moves they make.

use super::people::{Person, first_admin, invited};
use super::{Team, json};
use domain::access::Role;
use domain::decision::OptionKind;
use domain::prices::PriceBook;
use domain::review::{MoveRefused, Review, ReviewEvent, ReviewRule, ReviewState, UnixSeconds};
use domain::use_case::UseCase;
use sqlx::PgPool;
use std::sync::Arc;
use store::{AccountId, PortfolioId, Scope, Store, StoreError, UseCaseId};
use time::{Duration, OffsetDateTime};

pub struct ReviewTeam {
    pub store: Store,
    pub portfolio: PortfolioId,
    /// The admin, who manages people, rules and prices.
    pub ada: Person,
    /// An editor, who writes and proposes.
    pub ben: Person,
    /// Reviewers.
    pub cleo: Person,
    pub dan: Person,
    pub eve: Person,
}

impl ReviewTeam {
    pub async fn new(pool: &PgPool) -> Self {
        let Team { store, portfolio, .. } = Team::new(pool).await;
        let ada = first_admin(&store).await;
        let ben = invited(&store, &ada, "Ben", Role::Editor).await;
        let cleo = invited(&store, &ada, "Cleo", Role::Reviewer).await;
        let dan = invited(&store, &ada, "Dan", Role::Reviewer).await;
        let eve = invited(&store, &ada, "Eve", Role::Reviewer).await;
        Self { store, portfolio, ada, ben, cleo, dan, eve }
    }

    pub fn scope(&self) -> Scope {
        self.ada.scope
    }

    /// The prices that new decisions of the team are made with.
    pub async fn prices(&self) -> Arc<PriceBook> {
        self.store.workspace_price_book(self.scope()).await.unwrap().1
    }

    /// A use case that somebody wrote.
    pub async fn written(&self, by: &Person, use_case: &UseCase) -> UseCaseId {
        let (_, policy) = self.store.current_policy().await.unwrap();
        let decision = domain::decide(use_case, &policy, &*self.prices().await);
        self.store.create_use_case(by.scope, self.portfolio, use_case, &decision, "").await.unwrap()
    }

    /// A use case that Ben wrote and proposed.
    pub async fn proposed(&self, use_case: &UseCase) -> UseCaseId {
        let id = self.written(&self.ben, use_case).await;
        self.propose(&self.ben, id).await.unwrap();
        id
    }

    /// A use case that Ben wrote and proposed, and Cleo and Dan approved.
    pub async fn approved(&self, use_case: &UseCase) -> UseCaseId {
        let id = self.proposed(use_case).await;
        self.approve(&self.cleo, id).await.unwrap();
        let review = self.approve(&self.dan, id).await.unwrap();
        assert_eq!(review.state(), ReviewState::Approved);
        id
    }

    /// Saves other inputs as the next revision.
    pub async fn edit(&self, by: &Person, id: UseCaseId, use_case: &UseCase) {
        let (_, policy) = self.store.current_policy().await.unwrap();
        let decision = domain::decide(use_case, &policy, &*self.prices().await);
        let number = self.store.use_case(by.scope, id).await.unwrap().unwrap().revision.number;
        self.store.revise_use_case(by.scope, id, number, use_case, &decision, "").await.unwrap();
    }

    pub async fn review(&self, id: UseCaseId) -> Review {
        self.store.review(self.scope(), id).await.unwrap().review
    }

    /// Content hash of what the use case is now: what whoever looks at its page sees.
    pub async fn seen(&self, id: UseCaseId) -> String {
        self.store.review(self.scope(), id).await.unwrap().content.hash
    }

    pub async fn moves(
        &self,
        by: &Person,
        id: UseCaseId,
        make: impl FnOnce(&Review, AccountId, UnixSeconds) -> Result<ReviewEvent, MoveRefused> + Send,
    ) -> Result<Review, StoreError> {
        self.store.move_review(by.scope, id, |review, _, _, now| make(review, by.account, now)).await
    }

    pub async fn propose(&self, by: &Person, id: UseCaseId) -> Result<Review, StoreError> {
        let account = by.account;
        self.store
            .move_review(by.scope, id, |review, content, rule, now| {
                review.propose(account, content, rule, "Please look.", now)
            })
            .await
    }

    pub async fn approve(&self, by: &Person, id: UseCaseId) -> Result<Review, StoreError> {
        let seen = self.seen(id).await;
        self.moves(by, id, |review, account, now| review.approve(account, &seen, "", now)).await
    }

    pub async fn request_changes(&self, by: &Person, id: UseCaseId) -> Result<Review, StoreError> {
        let seen = self.seen(id).await;
        self.moves(by, id, |review, account, now| review.request_changes(account, &seen, "Why?", now)).await
    }

    pub async fn raise_concern(&self, by: &Person, id: UseCaseId) -> Result<Review, StoreError> {
        self.moves(by, id, |review, account, now| review.raise_concern(account, "Privacy", "", now)).await
    }

    pub async fn settle_concern(&self, by: &Person, id: UseCaseId, role: Role) -> Result<Review, StoreError> {
        self.moves(by, id, |review, account, now| review.resolve_concern(account, role, 1, "It is.", now))
            .await
    }

    /// Puts an option in the place of the engine's for ten days.
    pub async fn put_in_place(
        &self,
        by: &Person,
        id: UseCaseId,
        option: OptionKind,
    ) -> Result<Review, StoreError> {
        self.moves(by, id, |review, account, now| {
            let until = now + Duration::days(10).whole_seconds();
            review.override_verdict(account, option, ("A contract binds us.", ""), until, now)
        })
        .await
    }

    pub async fn set_rule(&self, approvals: u8, author_may_approve: bool) {
        let rule = ReviewRule::new(approvals, author_may_approve, None, 14, 0.1).unwrap();
        self.store.set_review_rule(self.scope(), &rule).await.unwrap();
    }

    /// What the audit log says was done to a use case, oldest first.
    pub async fn actions(&self, id: UseCaseId) -> Vec<String> {
        let mut entries = self.store.timeline(self.scope(), id, 1000).await.unwrap();
        entries.reverse();
        entries.into_iter().map(|entry| entry.action).collect()
    }

    /// Why each notification came that somebody did not read, newest first.
    pub async fn unread(&self, person: &Person) -> Vec<&'static str> {
        let all = self.store.notifications(person.scope, 100).await.unwrap();
        all.into_iter().filter(|each| !each.is_read).map(|each| each.reason.key()).collect()
    }

    /// Lets everybody read everything, so that what comes next stands alone.
    pub async fn everybody_reads(&self) {
        for person in [&self.ada, &self.ben, &self.cleo, &self.dan, &self.eve] {
            self.store.read_notifications(person.scope, None, None).await.unwrap();
        }
    }

    /// Ends the overrides that are over so many days from now.
    pub async fn in_days(&self, days: i64) -> usize {
        self.store.expire_overrides(OffsetDateTime::now_utc() + Duration::days(days)).await.unwrap()
    }
}

/// Why a move was refused.
pub fn refused<T: std::fmt::Debug>(moved: Result<T, StoreError>) -> MoveRefused {
    match moved {
        Err(StoreError::MoveRefused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

/// Accounts whose approvals count, in the order of their ids.
pub fn approvers(review: &Review) -> Vec<AccountId> {
    review.approvals().map(|(account, _)| account).collect()
}

/// The same, as these people.
pub fn accounts(people: &[&Person]) -> Vec<AccountId> {
    let mut accounts: Vec<AccountId> = people.iter().map(|person| person.account).collect();
    accounts.sort_unstable();
    accounts
}

/// That two price books are the same to the byte, but for their versions.
pub fn same_prices(one: &PriceBook, other: &PriceBook) -> bool {
    let unnamed = |book: &PriceBook| json(&PriceBook { version: String::new(), ..book.clone() });
    unnamed(one) == unnamed(other)
}
