//! An adapter on the device.

use super::device::Device;
use super::pack::Packed;
use super::shape::{CHUNK, Shape};
use super::weights::Matrix;
use crate::adapter::{Adapter, AdapterLayer, SidePath};
use crate::error::Error;

/// The side paths of one group of projections.
pub(super) struct Side {
    /// A of each projection, one below the other; zeros for those the adapter leaves alone.
    pub(super) lowering: Matrix,
    /// s·B in the order of the group's rows.
    pub(super) raising: wgpu::Buffer,
}

/// The side paths of one layer; `None` where the adapter leaves the whole group alone.
pub(super) struct LayerSides {
    pub(super) query_key_value: Option<Side>,
    pub(super) output: Option<Side>,
    pub(super) gate_up: Option<Side>,
    pub(super) down: Option<Side>,
}

/// A whole adapter.
pub(super) struct Sides {
    pub(super) rank: usize,
    pub(super) layers: Vec<LayerSides>,
    /// A·x for each token of a batch and each projection of a group.
    pub(super) lowered: wgpu::Buffer,
}

/// One place for a side path: what the adapter has there, and the rows of the projection.
type Place<'a> = (Option<&'a SidePath>, usize);

impl Sides {
    /// Checks an adapter against the model and uploads it.
    ///
    /// # Errors
    /// [`Error::Adapter`] names what does not fit.
    pub(super) fn upload(device: &Device, shape: &Shape, adapter: &Adapter) -> Result<Self, Error> {
        let config = &shape.config;
        if adapter.rank == 0 || adapter.layers.len() != config.layers {
            return Err(Error::Adapter(format!(
                "rank {} and {} layers; the model has {}",
                adapter.rank,
                adapter.layers.len(),
                config.layers
            )));
        }
        let group = |columns: usize, places: &[Place], interleaved: bool| {
            side(device, adapter, columns, places, interleaved)
        };
        let layer = |layer: &AdapterLayer| -> Result<LayerSides, Error> {
            Ok(LayerSides {
                query_key_value: group(
                    config.width,
                    &[
                        (layer.query.as_ref(), shape.query_width()),
                        (layer.key.as_ref(), config.kv_width()),
                        (layer.value.as_ref(), config.kv_width()),
                    ],
                    false,
                )?,
                output: group(shape.query_width(), &[(layer.output.as_ref(), config.width)], false)?,
                gate_up: group(
                    config.width,
                    &[(layer.gate.as_ref(), config.feed_forward), (layer.up.as_ref(), config.feed_forward)],
                    true,
                )?,
                down: group(config.feed_forward, &[(layer.down.as_ref(), config.width)], false)?,
            })
        };
        let layers = adapter.layers.iter().map(layer).collect::<Result<_, _>>()?;
        let lowered = device.storage("lowered", 4 * (CHUNK * 3 * adapter.rank) as u64);
        Ok(Self { rank: adapter.rank, layers, lowered })
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        let layers = self.layers.iter().flat_map(|layer| {
            [&layer.query_key_value, &layer.output, &layer.gate_up, &layer.down].into_iter().flatten()
        });
        layers.map(|side| side.lowering.quants.size() + side.raising.size()).sum::<u64>()
            + self.lowered.size()
    }
}

fn side(
    device: &Device,
    adapter: &Adapter,
    columns: usize,
    places: &[Place],
    interleaved: bool,
) -> Result<Option<Side>, Error> {
    let rank = adapter.rank;
    for (path, rows) in places {
        let Some(path) = path else { continue };
        if path.a.len() != rank * columns || path.b.len() != rows * rank {
            return Err(Error::Adapter(format!(
                "a side path of {} and {} numbers; {rank} × {columns} and {rows} × {rank} are needed",
                path.a.len(),
                path.b.len()
            )));
        }
    }
    if places.iter().all(|(path, _)| path.is_none()) {
        return Ok(None);
    }
    let mut lowering = Vec::new();
    for (path, _) in places {
        match path {
            Some(path) => lowering.extend(&path.a),
            None => lowering.resize(lowering.len() + rank * columns, 0.0),
        }
    }
    let mut raising = Vec::new();
    let mut add = |path: Option<&SidePath>, row: usize| match path {
        Some(path) => {
            raising.extend(path.b[row * rank..(row + 1) * rank].iter().map(|b| b * adapter.scale));
        }
        None => raising.resize(raising.len() + rank, 0.0),
    };
    if interleaved {
        let rows = places.first().map_or(0, |(_, rows)| *rows);
        (0..rows).for_each(|row| places.iter().for_each(|(path, _)| add(*path, row)));
    } else {
        places.iter().for_each(|(path, rows)| (0..*rows).for_each(|row| add(*path, row)));
    }
    let packed = Packed::from_f32(places.len() * rank, columns, &lowering);
    Ok(Some(Side {
        lowering: Matrix::upload(device, "lowering", &packed),
        raising: device.filled("raising", bytemuck::cast_slice(&raising)),
    }))
}
