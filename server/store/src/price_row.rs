//! A price book as rows of one table, and back. What comes back is equal byte for byte.

use crate::StoreError;
use domain::prices::{ApiPrice, EncoderPrice, GpuOffer, PriceBook, PublishedLatency, ServingProfile};
use domain::provenance::LazyDigest;
use domain::units::Usd;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// One row of `prices`. Columns that a kind does not use are `None`.
#[derive(Debug, Default, FromRow)]
pub(crate) struct PriceRow {
    kind: String,
    position: i32,
    key: String,
    provider: Option<String>,
    class: Option<String>,
    input_micros: Option<i64>,
    cached_input_micros: Option<i64>,
    output_micros: Option<i64>,
    batch_input_micros: Option<i64>,
    batch_output_micros: Option<i64>,
    context_window: Option<i64>,
    retires_on: Option<String>,
    gpu: Option<String>,
    offer: Option<String>,
    per_month_micros: Option<i64>,
    model: Option<String>,
    prefill_tps: Option<f64>,
    decode_tps: Option<f64>,
    ttft_ms: Option<f64>,
    ms_per_token: Option<f64>,
    latency_basis: Option<String>,
    derivation: Option<String>,
    figures: Option<String>,
    low_micros: Option<i64>,
    likely_micros: Option<i64>,
    high_micros: Option<i64>,
    as_of: Option<String>,
    source: String,
    status: Option<String>,
    note: Option<String>,
}

/// The columns of a [`PriceRow`], in its order. Named one by one, so that a column which a later release
/// adds does not disturb this one.
macro_rules! columns {
    () => {
        "kind, position, key, provider, class, input_micros, cached_input_micros, output_micros,
         batch_input_micros, batch_output_micros, context_window, retires_on, gpu, offer, per_month_micros,
         model, prefill_tps, decode_tps, ttft_ms, ms_per_token, latency_basis, derivation, figures,
         low_micros, likely_micros, high_micros, as_of, source, status, note"
    };
}

/// All rows of one price book, as [`assemble`] wants them.
pub(crate) const OF_BOOK: &str =
    concat!("SELECT ", columns!(), " FROM prices WHERE price_book_id = $1 ORDER BY kind, position");

const API_MODEL: &str = "api_model";
const GPU_OFFER: &str = "gpu_offer";
const SERVING_PROFILE: &str = "serving_profile";
const LATENCY: &str = "latency";
const ENCODER: &str = "encoder";

impl PriceRow {
    /// Adds the row to a price book.
    pub(crate) async fn insert(&self, connection: &mut PgConnection, book: Uuid) -> Result<(), StoreError> {
        sqlx::query(concat!(
            "INSERT INTO prices (id, price_book_id, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7,
                $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
                $27, $28, $29, $30, $31, $32)"
        ))
        .bind(Uuid::now_v7())
        .bind(book)
        .bind(&self.kind)
        .bind(self.position)
        .bind(&self.key)
        .bind(&self.provider)
        .bind(&self.class)
        .bind(self.input_micros)
        .bind(self.cached_input_micros)
        .bind(self.output_micros)
        .bind(self.batch_input_micros)
        .bind(self.batch_output_micros)
        .bind(self.context_window)
        .bind(&self.retires_on)
        .bind(&self.gpu)
        .bind(&self.offer)
        .bind(self.per_month_micros)
        .bind(&self.model)
        .bind(self.prefill_tps)
        .bind(self.decode_tps)
        .bind(self.ttft_ms)
        .bind(self.ms_per_token)
        .bind(&self.latency_basis)
        .bind(&self.derivation)
        .bind(&self.figures)
        .bind(self.low_micros)
        .bind(self.likely_micros)
        .bind(self.high_micros)
        .bind(&self.as_of)
        .bind(&self.source)
        .bind(&self.status)
        .bind(&self.note)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// All rows of a price book.
///
/// # Errors
/// [`StoreError::Unreadable`] for numbers beyond what the database holds, which no real book has.
pub(crate) fn rows_of(book: &PriceBook) -> Result<Vec<PriceRow>, StoreError> {
    let mut rows = Vec::new();
    for (index, price) in book.api_models.iter().enumerate() {
        rows.push(api_row(position(index)?, price)?);
    }
    for (index, offer) in book.gpu_offers.iter().enumerate() {
        rows.push(gpu_row(position(index)?, offer));
    }
    for (index, profile) in book.serving_profiles.iter().enumerate() {
        rows.push(profile_row(position(index)?, profile));
    }
    for (index, latency) in book.latencies.iter().enumerate() {
        rows.push(latency_row(position(index)?, latency));
    }
    rows.push(encoder_row(&book.encoder));
    Ok(rows)
}

/// The price book of these rows, which must be ordered by position within each kind.
///
/// # Errors
/// [`StoreError::Unreadable`] when a row lacks a column its kind needs, or there is no encoder.
pub(crate) fn assemble(version: String, as_of: String, rows: Vec<PriceRow>) -> Result<PriceBook, StoreError> {
    let (mut api_models, mut gpu_offers) = (Vec::new(), Vec::new());
    let (mut serving_profiles, mut latencies, mut encoder) = (Vec::new(), Vec::new(), None);
    for row in rows {
        match row.kind.as_str() {
            API_MODEL => api_models.push(api_price(row)?),
            GPU_OFFER => gpu_offers.push(gpu_offer(row)?),
            SERVING_PROFILE => serving_profiles.push(serving_profile(row)?),
            LATENCY => latencies.push(published_latency(row)?),
            ENCODER => encoder = Some(encoder_price(row)?),
            // A kind that a later release added; this release does without it.
            _ => {}
        }
    }
    Ok(PriceBook {
        version,
        as_of,
        api_models,
        gpu_offers,
        serving_profiles,
        latencies,
        encoder: needed(encoder)?,
        digest: LazyDigest::default(),
    })
}

fn unreadable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unreadable { what: "price book", source: source.into() }
}

fn position(index: usize) -> Result<i32, StoreError> {
    i32::try_from(index).map_err(unreadable)
}

fn needed<T>(column: Option<T>) -> Result<T, StoreError> {
    column.ok_or_else(|| unreadable("a row lacks what its kind needs"))
}

fn usd(column: Option<i64>) -> Result<Usd, StoreError> {
    needed(column.map(Usd::from_micros))
}

fn api_row(position: i32, price: &ApiPrice) -> Result<PriceRow, StoreError> {
    Ok(PriceRow {
        kind: API_MODEL.to_owned(),
        position,
        key: price.key.clone(),
        provider: Some(price.provider.clone()),
        class: Some(price.class.clone()),
        input_micros: Some(price.input.micros()),
        cached_input_micros: price.cached_input.map(Usd::micros),
        output_micros: Some(price.output.micros()),
        batch_input_micros: price.batch_input.map(Usd::micros),
        batch_output_micros: price.batch_output.map(Usd::micros),
        context_window: price.context_window.map(i64::try_from).transpose().map_err(unreadable)?,
        retires_on: price.retires_on.clone(),
        as_of: Some(price.as_of.clone()),
        source: price.source.clone(),
        note: Some(price.note.clone()),
        ..PriceRow::default()
    })
}

fn api_price(row: PriceRow) -> Result<ApiPrice, StoreError> {
    Ok(ApiPrice {
        key: row.key,
        provider: needed(row.provider)?,
        class: needed(row.class)?,
        input: usd(row.input_micros)?,
        cached_input: row.cached_input_micros.map(Usd::from_micros),
        output: usd(row.output_micros)?,
        batch_input: row.batch_input_micros.map(Usd::from_micros),
        batch_output: row.batch_output_micros.map(Usd::from_micros),
        context_window: row.context_window.map(u64::try_from).transpose().map_err(unreadable)?,
        retires_on: row.retires_on,
        as_of: needed(row.as_of)?,
        source: row.source,
        note: needed(row.note)?,
    })
}

fn gpu_row(position: i32, offer: &GpuOffer) -> PriceRow {
    PriceRow {
        kind: GPU_OFFER.to_owned(),
        position,
        key: offer.key.clone(),
        gpu: Some(offer.gpu.clone()),
        offer: Some(offer.offer.clone()),
        per_month_micros: Some(offer.per_month.micros()),
        as_of: Some(offer.as_of.clone()),
        source: offer.source.clone(),
        status: Some(offer.status.clone()),
        ..PriceRow::default()
    }
}

fn gpu_offer(row: PriceRow) -> Result<GpuOffer, StoreError> {
    Ok(GpuOffer {
        key: row.key,
        gpu: needed(row.gpu)?,
        offer: needed(row.offer)?,
        per_month: usd(row.per_month_micros)?,
        as_of: needed(row.as_of)?,
        source: row.source,
        status: needed(row.status)?,
    })
}

fn profile_row(position: i32, profile: &ServingProfile) -> PriceRow {
    PriceRow {
        kind: SERVING_PROFILE.to_owned(),
        position,
        key: profile.key.clone(),
        model: Some(profile.model.clone()),
        gpu: Some(profile.gpu.clone()),
        prefill_tps: Some(profile.prefill_tps),
        decode_tps: Some(profile.decode_tps),
        ttft_ms: profile.ttft_ms,
        ms_per_token: profile.ms_per_token,
        latency_basis: Some(profile.latency_basis.clone()),
        derivation: Some(profile.derivation.clone()),
        as_of: Some(profile.as_of.clone()),
        source: profile.source.clone(),
        status: Some(profile.status.clone()),
        ..PriceRow::default()
    }
}

fn serving_profile(row: PriceRow) -> Result<ServingProfile, StoreError> {
    Ok(ServingProfile {
        key: row.key,
        model: needed(row.model)?,
        gpu: needed(row.gpu)?,
        prefill_tps: needed(row.prefill_tps)?,
        decode_tps: needed(row.decode_tps)?,
        ttft_ms: row.ttft_ms,
        ms_per_token: row.ms_per_token,
        latency_basis: needed(row.latency_basis)?,
        status: needed(row.status)?,
        derivation: needed(row.derivation)?,
        source: row.source,
        as_of: needed(row.as_of)?,
    })
}

fn latency_row(position: i32, latency: &PublishedLatency) -> PriceRow {
    PriceRow {
        kind: LATENCY.to_owned(),
        position,
        key: latency.model.clone(),
        ttft_ms: Some(latency.ttft_ms),
        ms_per_token: Some(latency.ms_per_token),
        figures: Some(latency.figures.clone()),
        as_of: Some(latency.as_of.clone()),
        source: latency.source.clone(),
        ..PriceRow::default()
    }
}

fn published_latency(row: PriceRow) -> Result<PublishedLatency, StoreError> {
    Ok(PublishedLatency {
        model: row.key,
        ttft_ms: needed(row.ttft_ms)?,
        ms_per_token: needed(row.ms_per_token)?,
        figures: needed(row.figures)?,
        source: row.source,
        as_of: needed(row.as_of)?,
    })
}

fn encoder_row(encoder: &EncoderPrice) -> PriceRow {
    PriceRow {
        kind: ENCODER.to_owned(),
        position: 0,
        key: ENCODER.to_owned(),
        low_micros: Some(encoder.low.micros()),
        likely_micros: Some(encoder.likely.micros()),
        high_micros: Some(encoder.high.micros()),
        source: encoder.source.clone(),
        ..PriceRow::default()
    }
}

fn encoder_price(row: PriceRow) -> Result<EncoderPrice, StoreError> {
    Ok(EncoderPrice {
        low: usd(row.low_micros)?,
        likely: usd(row.likely_micros)?,
        high: usd(row.high_micros)?,
        source: row.source,
    })
}
