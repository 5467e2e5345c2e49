//! Shaders put together from parts, and the pipelines made from them.

use super::device::Device;
use crate::error::Error;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// How a shader uses a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Uniform,
    Read,
    Write,
}

/// A shader as a list of parts. Numbers that are known when the model is known become constants, so that the driver's
/// compiler unrolls and divides by them.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) constants: Vec<(&'static str, String)>,
    pub(super) parts: Vec<&'static str>,
    pub(super) bindings: Vec<(u32, Access)>,
}

impl Recipe {
    /// The text of the shader.
    pub(super) fn source(&self) -> String {
        let mut source = String::new();
        for (name, value) in &self.constants {
            let kind = if value.ends_with('u') { "u32" } else { "f32" };
            // Writing to a string cannot fail.
            let _ = writeln!(source, "const {name}: {kind} = {value};");
        }
        for part in &self.parts {
            source.push_str(part);
        }
        source
    }
}

/// A shader that is ready to run.
pub(super) struct Kernel {
    name: &'static str,
    pub(super) pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

impl Kernel {
    fn new(device: &wgpu::Device, recipe: &Recipe, source: &str) -> Self {
        let entries: Vec<_> = recipe
            .bindings
            .iter()
            .map(|&(binding, access)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: match access {
                        Access::Uniform => wgpu::BufferBindingType::Uniform,
                        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                        Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
                    },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(recipe.name),
            entries: &entries,
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(recipe.name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(recipe.name),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(recipe.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            // Every shader writes its workgroup memory before it reads it.
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        Self { name: recipe.name, pipeline, layout }
    }

    /// Binds buffers, by number.
    pub(super) fn bind(&self, device: &wgpu::Device, buffers: &[(u32, &wgpu::Buffer)]) -> wgpu::BindGroup {
        let entries: Vec<_> = buffers
            .iter()
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.name),
            layout: &self.layout,
            entries: &entries,
        })
    }
}

/// The kernels made so far, by their text: layers share them, and so do adapters of one rank.
#[derive(Default)]
pub(super) struct Kernels(BTreeMap<String, Arc<Kernel>>);

impl Kernels {
    /// The kernel of a recipe. Each is awaited before the next is made: a slow compiler (SwiftShader takes seconds
    /// for each) then doesn't look like a hung device to the browser's watchdog, and a complaint has a name.
    ///
    /// # Errors
    /// [`Error::Gpu`] when the device refuses the shader.
    pub(super) async fn get(&mut self, device: &Device, recipe: &Recipe) -> Result<Arc<Kernel>, Error> {
        let source = recipe.source();
        if let Some(kernel) = self.0.get(&source) {
            return Ok(Arc::clone(kernel));
        }
        let made = device.guarded(|| Kernel::new(&device.device, recipe, &source)).await;
        let kernel = made.map(Arc::new).map_err(|error| match error {
            Error::Gpu(text) => Error::Gpu(format!("its compiler refuses \"{}\": {text}", recipe.name)),
            other => other,
        })?;
        self.0.insert(source, Arc::clone(&kernel));
        Ok(kernel)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
