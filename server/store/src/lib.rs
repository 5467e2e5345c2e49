//! Everything Parsimony remembers, and the only crate that speaks SQL.
//!
//! A [`Store`] is a handle on the database: cheap to clone, lazy to connect. Every call names the
//! workspace it works in; what belongs to another workspace does not exist for it. Rows become domain
//! types here and nowhere else, and errors become [`StoreError`]s that a page can show.
//!
//! ```mermaid
//! erDiagram
//!     workspace ||--o{ portfolio : has
//!     portfolio ||--o{ use_case : lists
//!     use_case ||--|{ revision : "inputs, append-only"
//!     revision ||--|{ decision : "answered by, append-only"
//!     decision }o--|| price_book : "made with"
//!     decision }o--|| policy : "made with"
//!     use_case |o--o{ scenario : "frozen behind a link"
//! ```

mod account;
mod api_token;
mod audit;
mod comment;
mod connection;
mod document;
mod email;
mod error;
mod invitation;
mod listen;
mod measurement;
mod member;
mod notification;
mod password;
mod policy;
mod portfolio;
mod presence;
mod price_book;
mod price_row;
mod race_budget;
mod rate_limit;
mod reprice;
mod review;
mod revision;
mod scenario;
mod scope;
mod seed;
mod session;
mod text;
mod token;
mod use_case;
mod workspace;

pub use account::{Account, Credential, Identity, NAME_LENGTH as ACCOUNT_NAME_LENGTH, NewAccount};
pub use api_token::{API_TOKEN_PREFIX, ApiAccess, ApiTokenRow, NewApiToken};
pub use audit::{AuditAction, AuditRecord};
pub use comment::{Comment, CommentVersion};
pub use connection::{MIGRATOR, Store};
pub use domain::ids;
pub use domain::ids::{
    AccountId, ApiTokenId, CommentId, DecisionId, InvitationId, MeasurementId, NotificationId, PolicyId,
    PortfolioId, PriceBookId, RevisionId, ScenarioId, SessionId, UseCaseId, WorkspaceId,
};
pub use email::DueEmail;
pub use error::StoreError;
pub use invitation::{Invitation, InvitationRow, Invitee, NewInvitation};
pub use listen::{Heard, Listener};
pub use measurement::MeasurementRecord;
pub use member::Member;
pub use notification::{Notification, Reason};
pub use password::WeakPassword;
pub use portfolio::{Portfolio, PortfolioSummary};
pub use race_budget::{RaceBudget, RaceBudgets, RaceReservation, RaceUse, Spent, SpentBy, SpentOn};
pub use rate_limit::{Limited, RateLimit};
pub use reprice::Repriced;
pub use review::{QueueRow, ReviewRecord};
pub use revision::RevisionRecord;
pub use scenario::{FrozenScenario, NewScenario, Scenario, ScenarioLookup, ScenarioRow, Sharer, new_secret};
pub use scope::{Actor, Scope};
pub use seed::SAMPLE_PORTFOLIO_NAME;
pub use session::{LIFETIME_DAYS as SESSION_LIFETIME_DAYS, Membership, NewSession, SessionRow, SignedIn};
pub use token::session_proof;
pub use use_case::{UseCaseLabel, UseCaseRecord, UseCaseRow};
