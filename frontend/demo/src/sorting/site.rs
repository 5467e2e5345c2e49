//! Where this site has the adapter, as its server wrote it into the page.

use slm_messages::AdapterAddress;

/// The files of an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// The adapter.
    pub(super) adapter: AdapterAddress,
    /// Address of what was measured about it.
    pub(super) evaluation: String,
}

impl Site {
    /// What the page says; `None` where the site was built without an adapter.
    pub(super) fn here() -> Option<Self> {
        let section = leptos::prelude::document().get_element_by_id(crate::SECTION)?;
        let attribute = |name: &str| section.get_attribute(name).filter(|value| !value.is_empty());
        Some(Self {
            adapter: AdapterAddress {
                url: attribute("data-adapter")?,
                sha256: attribute("data-adapter-sha256"),
            },
            evaluation: attribute("data-evaluation")?,
        })
    }
}
