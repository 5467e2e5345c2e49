//! What the lists of the form offer: the entries of the price book, with their price in the label.

use domain::field::Catalogue;
use serde::{Deserialize, Serialize};

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Key in the price book.
    pub key: String,
    /// Name and price.
    pub label: String,
}

/// Entries under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryGroup {
    /// The heading.
    pub name: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// The lists that fields can point into.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lists {
    /// APIs priced per token.
    pub api_models: Vec<EntryGroup>,
    /// GPU offers.
    pub gpu_offers: Vec<EntryGroup>,
    /// Throughput of models on GPUs.
    pub serving_profiles: Vec<EntryGroup>,
}

impl Lists {
    /// The list that a field points into.
    #[must_use]
    pub fn of(&self, catalogue: Catalogue) -> &[EntryGroup] {
        match catalogue {
            Catalogue::ApiModels => &self.api_models,
            Catalogue::GpuOffers => &self.gpu_offers,
            Catalogue::ServingProfiles => &self.serving_profiles,
        }
    }
}

#[cfg(feature = "ssr")]
impl Lists {
    /// The lists of a price book, grouped by class of model and by GPU, in the order of the book.
    #[must_use]
    pub fn from_price_book(book: &domain::prices::PriceBook) -> Self {
        use domain::format::{price, usd, volume};
        let mut lists = Self::default();
        for model in &book.api_models {
            let label = format!(
                "{}: {} in, {} out per 1M tokens",
                model.key,
                price(model.input),
                price(model.output)
            );
            add(&mut lists.api_models, &capitalised(&model.class), &model.key, label);
        }
        for offer in &book.gpu_offers {
            let label = format!("{}, {}: {} a month", offer.gpu, offer.offer, usd(offer.per_month));
            add(&mut lists.gpu_offers, &offer.gpu, &offer.key, label);
        }
        for profile in &book.serving_profiles {
            let label = format!(
                "{} on {}: {} in, {} out tokens/s ({})",
                profile.model,
                profile.gpu,
                volume(profile.prefill_tps),
                volume(profile.decode_tps),
                profile.status
            );
            add(&mut lists.serving_profiles, &profile.gpu, &profile.key, label);
        }
        lists
    }
}

#[cfg(feature = "ssr")]
fn add(groups: &mut Vec<EntryGroup>, group: &str, key: &str, label: String) {
    let entry = Entry { key: key.to_owned(), label };
    match groups.iter_mut().find(|existing| existing.name == group) {
        Some(existing) => existing.entries.push(entry),
        None => groups.push(EntryGroup { name: group.to_owned(), entries: vec![entry] }),
    }
}

#[cfg(feature = "ssr")]
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
