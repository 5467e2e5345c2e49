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

mod connection;
mod document;
mod error;
mod policy;
mod portfolio;
mod price_book;
mod price_row;
mod revision;
mod scenario;
mod seed;
mod text;
mod token;
mod use_case;
mod workspace;

pub use connection::{MIGRATOR, Store};
pub use domain::ids;
pub use domain::ids::{
    DecisionId, PolicyId, PortfolioId, PriceBookId, RevisionId, ScenarioId, UseCaseId, WorkspaceId,
};
pub use error::StoreError;
pub use portfolio::{Portfolio, PortfolioSummary};
pub use revision::RevisionRecord;
pub use scenario::{FrozenScenario, NewScenario, Scenario, ScenarioLookup, ScenarioRow};
pub use seed::SAMPLE_PORTFOLIO_NAME;
pub use use_case::{UseCaseLabel, UseCaseRecord, UseCaseRow};
