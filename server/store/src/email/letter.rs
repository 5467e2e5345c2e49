//! What e-mails say: short, plain, and one link that leads to the matter.

use super::NewEmail;
use crate::text::beginning;
use crate::{Reason, WorkspaceId};
use domain::access::Role;
use time::OffsetDateTime;

/// Most characters of a name in a subject line, so that two of them fit.
const NAME_LENGTH: usize = 70;

/// What an e-mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Subject line.
    pub(crate) subject: String,
    /// Plain text.
    pub(crate) body: String,
}

impl Letter {
    /// The letter, addressed.
    pub(crate) fn to(self, workspace: Option<WorkspaceId>, recipient: String) -> NewEmail {
        NewEmail { workspace, recipient, subject: self.subject, body: self.body }
    }
}

/// Tells somebody that an admin invites them, with the link that lets them in.
pub(crate) fn invitation_email(
    workspace: &str,
    admin: &str,
    role: Role,
    link: &str,
    expires_at: OffsetDateTime,
) -> Letter {
    let (workspace, admin) = (one_line(workspace), one_line(admin));
    let until = format!("{} {} {}", expires_at.day(), expires_at.month(), expires_at.year());
    Letter {
        subject: format!("{} invites you to “{}” on Parsimony", short(&admin), short(&workspace)),
        body: format!(
            "{admin} invites you to the workspace “{workspace}” on Parsimony. Your role: {}.\n\n\
             Open this link to accept:\n\n{link}\n\n\
             It works once, until {until}. Whoever has it can use it, so please do not pass it on.\n\
             If you did not expect this e-mail, you need not do anything.\n",
            role.name()
        ),
    }
}

/// Tells somebody what happened to a use case and why they should look. `actor` is who did it; none for the
/// product itself. The link leads to the use case.
pub(crate) fn notification_email(reason: Reason, use_case: &str, actor: Option<&str>, link: &str) -> Letter {
    let use_case = one_line(use_case);
    let actor = one_line(actor.unwrap_or("Parsimony"));
    let (who, what) = (short(&actor), short(&use_case));
    let (subject, sentence) = match reason {
        Reason::ReviewWanted => (
            format!("Please review “{what}”"),
            format!("The classification of “{use_case}” waits for your review. {actor} proposed it."),
        ),
        Reason::ReviewAnswered => (
            format!("{who} answered your proposal for “{what}”"),
            format!("{actor} answered the proposal for “{use_case}”."),
        ),
        Reason::Reopened => (
            format!("“{what}” is open again"),
            format!("The classification of “{use_case}”, in which you had a part, was opened again."),
        ),
        Reason::Mentioned => (
            format!("{who} mentioned you in “{what}”"),
            format!("{actor} mentioned you in a comment on “{use_case}”."),
        ),
        Reason::Replied => (
            format!("{who} replied in “{what}”"),
            format!("{actor} replied in a thread on “{use_case}” that you take part in."),
        ),
    };
    Letter { subject, body: format!("{sentence}\n\n{link}\n") }
}

/// A name without line breaks, which would end a subject line.
fn one_line(name: &str) -> String {
    name.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A name as it fits into a subject line.
fn short(name: &str) -> String {
    let start = beginning(name, NAME_LENGTH);
    if start.len() == name.len() { name.to_owned() } else { format!("{}…", start.trim_end()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use time::{Date, Month, Time};

    const LINK: &str = "https://parsimony.example.com/use-cases/1";

    const REASONS: [Reason; 5] =
        [Reason::ReviewWanted, Reason::ReviewAnswered, Reason::Reopened, Reason::Mentioned, Reason::Replied];

    fn christmas() -> OffsetDateTime {
        Date::from_calendar_date(2026, Month::December, 24).unwrap().with_time(Time::MIDNIGHT).assume_utc()
    }

    #[test]
    fn an_invitation_says_who_where_what_and_until_when() {
        let letter = invitation_email("Claims", "Ada Byron", Role::Reviewer, LINK, christmas());
        assert_eq!(letter.subject, "Ada Byron invites you to “Claims” on Parsimony");
        assert_eq!(
            letter.body,
            "Ada Byron invites you to the workspace “Claims” on Parsimony. Your role: Reviewer.\n\n\
             Open this link to accept:\n\nhttps://parsimony.example.com/use-cases/1\n\n\
             It works once, until 24 December 2026. Whoever has it can use it, so please do not pass it on.\n\
             If you did not expect this e-mail, you need not do anything.\n"
        );
    }

    #[test]
    fn each_reason_has_words_of_its_own_and_the_link_on_a_line_of_its_own() {
        let letters =
            REASONS.map(|reason| notification_email(reason, "Invoice triage", Some("Ada Byron"), LINK));
        for (index, letter) in letters.iter().enumerate() {
            assert!(letter.subject.contains("“Invoice triage”"), "{}", letter.subject);
            assert!(letter.body.contains("“Invoice triage”"), "{}", letter.body);
            assert!(letter.body.lines().any(|line| line == LINK), "{}", letter.body);
            assert!(letters[..index].iter().all(|other| other.subject != letter.subject));
        }
        assert_eq!(letters[1].subject, "Ada Byron answered your proposal for “Invoice triage”");
        assert_eq!(
            letters[3].body,
            "Ada Byron mentioned you in a comment on “Invoice triage”.\n\nhttps://parsimony.example.com/use-cases/1\n"
        );
    }

    #[test]
    fn what_the_product_does_by_itself_is_said_in_its_name() {
        let letter = notification_email(Reason::ReviewAnswered, "Invoice triage", None, LINK);
        assert_eq!(letter.subject, "Parsimony answered your proposal for “Invoice triage”");
    }

    #[test]
    fn names_neither_break_a_subject_line_nor_outgrow_it() {
        let long = "Büro\r\nBcc: everybody@example.org ".repeat(20);
        let mut subjects: Vec<String> = REASONS
            .into_iter()
            .map(|reason| notification_email(reason, &long, Some(&long), LINK).subject)
            .collect();
        subjects.push(invitation_email(&long, &long, Role::Viewer, LINK, christmas()).subject);
        for subject in subjects {
            assert!(!subject.contains(char::is_control), "{subject:?}");
            assert!((1..=200).contains(&subject.chars().count()), "{subject}");
        }
        assert_eq!(short("Invoice triage"), "Invoice triage");
        assert_eq!(short(&"é".repeat(71)), format!("{}…", "é".repeat(70)));
    }
}
