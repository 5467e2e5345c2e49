//! Runs single kernels.

use crate::config::Config;
use crate::gpu::device::Device;
use crate::gpu::kernel::{Kernels, Recipe};
use crate::gpu::memory::{StateHead, firsts_offset};
use crate::gpu::recipe::binding;
use crate::gpu::shape::{CHUNK, Shape};
use crate::gpu::weights::Matrix;
use crate::gpu::{numbers, state_head};

/// A device, and a shape that kernels are made for.
pub(super) struct Lab {
    pub(super) device: Device,
    pub(super) shape: Shape,
    kernels: Kernels,
}

/// A small shape with odd sizes.
pub(super) fn config() -> Config {
    Config {
        layers: 2,
        width: 96,
        heads: 6,
        kv_heads: 2,
        head_width: 32,
        feed_forward: 160,
        vocabulary: 301,
        context: 700,
        rope_base: 10_000.0,
        epsilon: 1e-5,
    }
}

impl Lab {
    pub(super) fn new(config: &Config) -> Self {
        let device = pollster::block_on(Device::open(1 << 20)).unwrap_or_else(|error| {
            panic!("these tests need a Vulkan device (Debian: mesa-vulkan-drivers, libvulkan1): {error}")
        });
        Self { device, shape: Shape::new(config, None).unwrap(), kernels: Kernels::default() }
    }

    pub(super) fn buffer<T: bytemuck::NoUninit>(&self, content: &[T]) -> wgpu::Buffer {
        self.device.filled("test", bytemuck::cast_slice(content))
    }

    /// A buffer for so many `f32` or `u32`.
    pub(super) fn room(&self, count: usize) -> wgpu::Buffer {
        self.device.storage("test", 4 * count as u64)
    }

    /// The state of `tokens` tokens from `position` on, all of which see everything before them.
    pub(super) fn state(&self, position: usize, tokens: usize) -> wgpu::Buffer {
        self.state_of(state_head(position, tokens), &vec![0; CHUNK])
    }

    /// A state with the rotation of its position.
    pub(super) fn state_of(&self, head: StateHead, firsts: &[u32]) -> wgpu::Buffer {
        let config = &self.shape.config;
        let mut bytes = bytemuck::bytes_of(&head).to_vec();
        for pair in 0..config.head_width / 2 {
            let frequency = f64::from(config.rope_base).powf(-2.0 * pair as f64 / config.head_width as f64);
            let (sine, cosine) = (f64::from(head.position) * frequency).sin_cos();
            bytes.extend(bytemuck::bytes_of(&[cosine as f32, sine as f32]));
        }
        assert_eq!(bytes.len() as u64, firsts_offset(&self.shape));
        bytes.extend(bytemuck::cast_slice(firsts));
        bytes.resize(firsts_offset(&self.shape) as usize + 4 * CHUNK, 0);
        let buffer = self.device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("state"),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.device.queue.write_buffer(&buffer, 0, &bytes);
        buffer
    }

    pub(super) fn run(
        &mut self,
        recipe: &Recipe,
        buffers: &[(u32, &wgpu::Buffer)],
        groups: (usize, usize, usize),
    ) {
        let Self { device, kernels, .. } = self;
        let kernel = pollster::block_on(kernels.get(device, recipe))
            .unwrap_or_else(|error| panic!("{error}\n{}", recipe.source()));
        let ran = pollster::block_on(device.guarded(|| {
            let bound = kernel.bind(&device.device, buffers);
            let mut encoder = device.device.create_command_encoder(&Default::default());
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&kernel.pipeline);
            pass.set_bind_group(0, &bound, &[]);
            pass.dispatch_workgroups(groups.0 as u32, groups.1 as u32, groups.2 as u32);
            drop(pass);
            device.submit(encoder)
        }));
        let submitted = ran.unwrap_or_else(|error| panic!("{}: {error}\n{}", recipe.name, recipe.source()));
        pollster::block_on(self.device.finish(submitted)).unwrap();
    }

    pub(super) fn read<T: bytemuck::AnyBitPattern>(&mut self, buffer: &wgpu::Buffer, count: usize) -> Vec<T> {
        let encoder = self.device.device.create_command_encoder(&Default::default());
        let bytes = (count * size_of::<T>()) as u64;
        let pending = self.device.submit_and_read(encoder, buffer, bytes);
        numbers(&pollster::block_on(self.device.read(pending)).unwrap())
    }
}

/// The bindings of a matrix.
pub(super) fn bindings(matrix: &Matrix) -> Vec<(u32, &wgpu::Buffer)> {
    let scales = matrix.scales.as_ref().map(|scales| (binding::SCALES, scales));
    std::iter::once((binding::QUANTS, &matrix.quants)).chain(scales).collect()
}

/// Fails when numbers differ by more than `tolerance` of the largest of them.
pub(super) fn assert_close(what: &str, found: &[f32], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}: how many");
    let largest = wanted.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    for (index, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let error = (f64::from(*found) - wanted).abs() / largest.max(1e-30);
        assert!(error <= tolerance, "{what}: number {index} is {found}, not {wanted}: off by {error:.2e}");
    }
}

pub(super) fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}
