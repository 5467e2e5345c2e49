//! The price book: what APIs, GPUs and encoders cost and how fast models run, each with source and date.

use crate::field::{Catalogue, Draft, FieldError, FieldValue};
use crate::provenance::LazyDigest;
use crate::units::Usd;
use crate::use_case::{Field, UseCase};
use serde::{Deserialize, Serialize};

/// A dated, sourced list of prices. A decision names the version it was made with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceBook {
    /// Version, e.g. `2026-11-23`.
    pub version: String,
    /// Date on which the prices were read, ISO 8601.
    pub as_of: String,
    /// APIs priced per token.
    pub api_models: Vec<ApiPrice>,
    /// GPU offers priced per month.
    pub gpu_offers: Vec<GpuOffer>,
    /// Throughput of models on GPUs.
    pub serving_profiles: Vec<ServingProfile>,
    /// Published latencies of APIs.
    pub latencies: Vec<PublishedLatency>,
    /// What a fine-tuned encoder on CPU costs.
    pub encoder: EncoderPrice,
    /// Kept by [`PriceBook::digest`]; start with the default.
    #[serde(skip)]
    pub digest: LazyDigest,
}

/// Token prices of one API model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiPrice {
    /// Key by which a use case names the model.
    pub key: String,
    /// Who bills it.
    pub provider: String,
    /// What kind of model it is, e.g. `frontier API`, `small API`, `open-weight SLM hosted`.
    pub class: String,
    /// USD per million input tokens.
    pub input: Usd,
    /// USD per million cached input tokens, where the provider has such a price.
    pub cached_input: Option<Usd>,
    /// USD per million output tokens.
    pub output: Usd,
    /// USD per million input tokens in batch, where offered.
    pub batch_input: Option<Usd>,
    /// USD per million output tokens in batch, where offered.
    pub batch_output: Option<Usd>,
    /// Most input tokens of one request, where stated.
    pub context_window: Option<u64>,
    /// Day on which the provider retires the model, where announced, ISO 8601.
    pub retires_on: Option<String>,
    /// When and how the price was read.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// What a reader should know about the row; empty if nothing.
    pub note: String,
}

/// Price of one GPU for a month of 730 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GpuOffer {
    /// Key by which a use case names the offer.
    pub key: String,
    /// GPU and memory, e.g. `A10G 24GB`.
    pub gpu: String,
    /// Who offers it, in which form.
    pub offer: String,
    /// USD per GPU per month.
    pub per_month: Usd,
    /// Date of the price as its source states it.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// How much to trust it: `read`, `secondary`, `conflicting`, `assumption`.
    pub status: String,
}

/// How fast one GPU serves one model under load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServingProfile {
    /// Key by which a use case names the profile.
    pub key: String,
    /// Model and precision.
    pub model: String,
    /// GPU and memory, as [`GpuOffer::gpu`] writes it.
    pub gpu: String,
    /// Input tokens per second of one GPU at batch load.
    pub prefill_tps: f64,
    /// Output tokens per second of one GPU at batch load.
    pub decode_tps: f64,
    /// Milliseconds to the first token at light load; a lower bound where `latency_basis` says so.
    pub ttft_ms: Option<f64>,
    /// Milliseconds per further token at light load.
    pub ms_per_token: Option<f64>,
    /// Where the two latency figures come from; empty if there are none.
    pub latency_basis: String,
    /// `measured`, `derived` or `estimate`.
    pub status: String,
    /// How the figures follow from the source.
    pub derivation: String,
    /// Where they were read.
    pub source: String,
    /// Date of the measurement as its source states it.
    pub as_of: String,
}

impl ServingProfile {
    /// Whether the measurement holds for an offer's GPU: the same one, or a form of it that one of the two
    /// sources names more closely (`H100 80GB SXM` is an `H100 80GB`).
    #[must_use]
    pub fn runs_on(&self, offer: &GpuOffer) -> bool {
        let is_form_of = |form: &str, gpu: &str| {
            form.strip_prefix(gpu).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        is_form_of(&offer.gpu, &self.gpu) || is_form_of(&self.gpu, &offer.gpu)
    }
}

/// Latency of an API as somebody published it; never shown on one bar with a live measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishedLatency {
    /// Key of the model in [`PriceBook::api_models`].
    pub model: String,
    /// Milliseconds to the first token: the lowest published figure.
    pub ttft_ms: f64,
    /// Milliseconds per further token: the lowest published figure; 0 where none was published.
    pub ms_per_token: f64,
    /// The published figures in words.
    pub figures: String,
    /// Where they were read.
    pub source: String,
    /// Date as the source states it.
    pub as_of: String,
}

/// Cost of classifying with a fine-tuned encoder on CPU.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EncoderPrice {
    /// Lowest published cost, USD per million requests.
    pub low: Usd,
    /// Geometric mean of the two published costs, used where one figure is needed.
    pub likely: Usd,
    /// Highest published cost, USD per million requests.
    pub high: Usd,
    /// Where it was read.
    pub source: String,
}

impl PriceBook {
    /// The API model of this key.
    #[must_use]
    pub fn api_model(&self, key: &str) -> Option<&ApiPrice> {
        self.api_models.iter().find(|model| model.key == key)
    }

    /// The GPU offer of this key.
    #[must_use]
    pub fn gpu_offer(&self, key: &str) -> Option<&GpuOffer> {
        self.gpu_offers.iter().find(|offer| offer.key == key)
    }

    /// The serving profile of this key.
    #[must_use]
    pub fn serving_profile(&self, key: &str) -> Option<&ServingProfile> {
        self.serving_profiles.iter().find(|profile| profile.key == key)
    }

    /// Whether a list holds an entry of this key.
    #[must_use]
    pub fn holds(&self, catalogue: Catalogue, key: &str) -> bool {
        match catalogue {
            Catalogue::ApiModels => self.api_model(key).is_some(),
            Catalogue::GpuOffers => self.gpu_offer(key).is_some(),
            Catalogue::ServingProfiles => self.serving_profile(key).is_some(),
        }
    }

    /// The published latency of an API model.
    #[must_use]
    pub fn latency(&self, model: &str) -> Option<&PublishedLatency> {
        self.latencies.iter().find(|latency| latency.model == model)
    }

    /// Reads a draft whose keys point into this price book.
    ///
    /// # Errors
    /// One [`FieldError`] for every field that cannot be read or points nowhere, in the order of the form.
    pub fn parse(&self, draft: &Draft) -> Result<UseCase, Vec<FieldError>> {
        let (use_case, mut errors) = UseCase::parse_readable(draft);
        errors.extend(self.check(&use_case).err().into_iter().flatten());
        errors.sort_by_key(|error| error.field);
        errors.dedup_by_key(|error| error.field);
        if errors.is_empty() { Ok(use_case) } else { Err(errors) }
    }

    /// Checks that what a use case points to is in this price book and fits together.
    ///
    /// # Errors
    /// One [`FieldError`] for every field that points nowhere.
    pub fn check(&self, use_case: &UseCase) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: Field, problem: String, allowed: String| {
            errors.push(FieldError { field, problem, allowed });
        };
        for (field, key) in [
            (Field::FrontierModel, &use_case.frontier_model),
            (Field::SmallModel, &use_case.small_model),
            (Field::HostedModel, &use_case.hosted_model),
        ] {
            if let Some(key) = key.as_ref().filter(|key| self.api_model(key.as_str()).is_none()) {
                let problem = format!("“{}” is not in price book {}", key.as_str(), self.version);
                refuse(field, problem, "a model of the price book".to_owned());
            }
        }
        let offer = use_case.gpu_offer.as_ref().map(|key| (key, self.gpu_offer(key.as_str())));
        let profile = use_case.serving_profile.as_ref().map(|key| (key, self.serving_profile(key.as_str())));
        if let Some((key, None)) = offer {
            let problem = format!("“{}” is not in price book {}", key.as_str(), self.version);
            refuse(Field::GpuOffer, problem, "a GPU offer of the price book".to_owned());
        }
        if let Some((key, None)) = profile {
            let problem = format!("“{}” is not in price book {}", key.as_str(), self.version);
            refuse(Field::ServingProfile, problem, "a serving profile of the price book".to_owned());
        }
        let own_throughput = !use_case.prefill_tps.is_unknown() && !use_case.decode_tps.is_unknown();
        if let (Some((_, Some(offer))), Some((_, Some(profile)))) = (offer, profile)
            && !profile.runs_on(offer)
            && !own_throughput
        {
            refuse(
                Field::GpuOffer,
                format!("prices the {}, but the throughput was measured on the {}", offer.gpu, profile.gpu),
                format!("an offer of the {}, or your own tokens per second", profile.gpu),
            );
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl PriceBook {
    /// Whether a model's announced retirement lies on or before the day the prices were read. ISO dates
    /// compare as text.
    #[must_use]
    pub fn is_retired(&self, model: &ApiPrice) -> bool {
        model.retires_on.as_ref().is_some_and(|day| *day <= self.as_of)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn offer(gpu: &str) -> GpuOffer {
        GpuOffer {
            key: String::new(),
            gpu: gpu.to_owned(),
            offer: String::new(),
            per_month: Usd::ZERO,
            as_of: String::new(),
            source: String::new(),
            status: String::new(),
        }
    }

    #[test]
    fn a_measurement_holds_for_its_own_gpu_and_for_closer_names_of_it() {
        let mut profile = crate::evidence::price_book().unwrap().serving_profiles.remove(0);
        for (measured_on, offered, fits) in [
            ("H100 80GB", "H100 80GB", true),
            ("H100 80GB", "H100 80GB SXM", true),
            ("H100 80GB SXM", "H100 80GB", true),
            ("H100 80GB SXM", "H100 80GB PCIe", false),
            ("A100 40GB", "A100 80GB PCIe", false),
            ("H100 80GB", "GH200 96GB", false),
            ("L4 24GB", "L40S 48GB", false),
            ("L4", "L40S 48GB", false),
            ("A10G 24GB", "L4 24GB", false),
        ] {
            profile.gpu = measured_on.to_owned();
            assert_eq!(profile.runs_on(&offer(offered)), fits, "{measured_on} on {offered}");
        }
    }

    #[test]
    fn a_profile_on_another_gpu_is_refused_unless_the_throughput_is_your_own() {
        let book = crate::evidence::price_book().unwrap();
        let draft = crate::preset::by_id("code-completion").unwrap().draft();
        let check = |draft| book.check(&UseCase::parse(&draft).unwrap());
        assert_eq!(check(draft.clone()), Ok(()));
        let other = draft.with(Field::GpuOffer, "l4-24gb-aws-us-east-1-g6-xlarge");
        let refused = check(other.clone()).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].field, Field::GpuOffer);
        assert_eq!(
            refused[0].problem,
            "prices the L4 24GB, but the throughput was measured on the H100 80GB"
        );
        assert_eq!(check(other.with(Field::PrefillTps, "4000").with(Field::DecodeTps, "900")), Ok(()));
    }

    #[test]
    fn every_profile_of_the_price_book_runs_on_some_offer() {
        let book = crate::evidence::price_book().unwrap();
        for profile in &book.serving_profiles {
            assert!(book.gpu_offers.iter().any(|offer| profile.runs_on(offer)), "{}", profile.key);
        }
    }
}
