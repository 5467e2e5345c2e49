//! Cost as a function of volume, kept in a form that can be evaluated at any volume and compared exactly.

use serde::{Deserialize, Serialize};

/// Likely cost of an option over the whole horizon as a function of the first month's volume:
/// `fixed + per_request · v + GPUs(v)`. It never falls as the volume rises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostCurve {
    /// USD that do not depend on the volume.
    pub fixed: f64,
    /// USD for each request of the first month, all later months of the horizon included.
    pub per_request: f64,
    /// Cost of GPUs, which rises in steps; `None` where the option runs none.
    pub gpus: Option<GpuSteps>,
}

/// GPUs come whole: their cost rises in steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GpuSteps {
    /// GPUs that one request a month keeps busy at the peak, at the planned utilisation.
    pub gpus_per_request: f64,
    /// GPUs that run in any case.
    pub min_replicas: f64,
    /// GPUs on top of what the load needs.
    pub spare_replicas: f64,
    /// Months with the same volume factor, merged.
    pub months: Vec<GpuMonths>,
}

/// One or more months with the same volume.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GpuMonths {
    /// Volume of these months divided by the first month's.
    pub growth: f64,
    /// Present value in USD of one GPU over these months.
    pub usd_per_gpu: f64,
}

/// Loads this close above a whole number of GPUs still fit on it; the excess is rounding of the arithmetic.
const WHOLE_GPU_TOLERANCE: f64 = 1e-9;

/// GPUs are counted one by one up to here; far beyond, a float no longer tells a number from the next.
const MOST_COUNTED_GPUS: f64 = 1e12;

impl GpuSteps {
    /// GPUs needed in months whose volume is `growth` times `volume` requests.
    #[must_use]
    pub fn replicas(&self, volume: f64, growth: f64) -> f64 {
        let load = volume * growth * self.gpus_per_request;
        let needed = libm::ceil(load - WHOLE_GPU_TOLERANCE * load.max(1.0)).max(0.0);
        (needed + self.spare_replicas).max(self.min_replicas)
    }

    /// Present value of all GPUs at a first month's volume, USD.
    #[must_use]
    pub fn cost(&self, volume: f64) -> f64 {
        self.months.iter().map(|month| self.replicas(volume, month.growth) * month.usd_per_gpu).sum()
    }

    /// Appends the volumes between two others at which a month gains a GPU. Months with so many GPUs that one
    /// more means nothing are left out.
    pub fn steps(&self, from: f64, to: f64, into: &mut Vec<f64>) {
        for month in &self.months {
            let last = self.replicas(to, month.growth);
            let mut replicas = self.replicas(from, month.growth);
            while replicas < last && last < MOST_COUNTED_GPUS {
                // The largest load that so many GPUs still carry.
                let load = (replicas - self.spare_replicas).max(0.0);
                let load = load + WHOLE_GPU_TOLERANCE * load.max(1.0);
                into.push((load / (month.growth * self.gpus_per_request)).clamp(from, to));
                replicas += 1.0;
            }
        }
    }

    /// Whether no month gains a GPU between two volumes.
    #[must_use]
    pub fn is_flat_between(&self, from: f64, to: f64) -> bool {
        self.months.iter().all(|month| {
            self.replicas(from, month.growth).total_cmp(&self.replicas(to, month.growth)).is_eq()
        })
    }
}

impl CostCurve {
    /// Total over the horizon at a first month's volume in requests, USD.
    #[must_use]
    pub fn total(&self, volume: f64) -> f64 {
        self.fixed + self.per_request * volume + self.gpus.as_ref().map_or(0.0, |gpus| gpus.cost(volume))
    }

    /// Whether the curve has no step between two volumes.
    #[must_use]
    pub fn is_straight_between(&self, from: f64, to: f64) -> bool {
        self.gpus.as_ref().is_none_or(|gpus| gpus.is_flat_between(from, to))
    }
}
