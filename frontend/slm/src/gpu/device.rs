//! The device: finding it, hearing of its troubles, reading from it.

use crate::error::Error;
use futures_channel::oneshot;
use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who computes, for display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The maker; a PCI id in hexadecimal natively, a word such as `google` or `nvidia` in a browser.
    pub vendor: String,
    /// The family of the chip, such as `swiftshader` or `ampere`; the driver's name natively. May be empty: browsers
    /// tell as little as they like.
    pub architecture: String,
    /// The device's own name; may be empty in a browser.
    pub description: String,
    /// True when a CPU plays the GPU.
    pub fallback: bool,
}

/// What went wrong outside of any call; filled by the device's callbacks.
#[derive(Default)]
struct Trouble {
    lost: Mutex<Option<String>>,
    fault: Mutex<Option<String>>,
}

/// A device, its queue, and what is known of its health.
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) info: Info,
    trouble: Arc<Trouble>,
    /// Read-back buffers that nobody waits for: decoding would otherwise make one for each token.
    idle: Vec<wgpu::Buffer>,
}

/// Bytes that are on their way back.
pub(super) struct Pending {
    buffer: wgpu::Buffer,
    mapped: oneshot::Receiver<bool>,
    submission: wgpu::SubmissionIndex,
}

/// Work that is not known to be done.
pub(super) struct Submitted {
    done: oneshot::Receiver<()>,
    submission: wgpu::SubmissionIndex,
}

/// More read-back buffers than tokens in flight are never idle at once.
const IDLE_BUFFERS: usize = 8;

/// Why no adapter was found.
const NO_ADAPTER: &str = if cfg!(target_arch = "wasm32") {
    "this browser offers none, or has switched it off"
} else {
    "Vulkan offers none"
};

impl Device {
    /// Opens the fastest adapter there is. `largest` is the size in bytes of the largest buffer that will be bound;
    /// where it is above what every device grants, more is asked for.
    pub(super) async fn open(largest: u64) -> Result<Self, Error> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::BROWSER_WEBGPU;
        let adapter = wgpu::Instance::new(descriptor)
            .request_adapter(&wgpu::RequestAdapterOptions {
                power_preference: wgpu::PowerPreference::HighPerformance,
                ..Default::default()
            })
            .await
            // Which of wgpu's own backends it tried, and which it was built without, helps nobody here.
            .map_err(|_| Error::Gpu(NO_ADAPTER.to_owned()))?;
        let mut limits = wgpu::Limits::default();
        limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.max(largest);
        limits.max_buffer_size = limits.max_buffer_size.max(largest);
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("parsimony"),
                required_limits: limits,
                ..Default::default()
            })
            .await
            .map_err(|refusal| Error::Gpu(refusal.to_string()))?;
        let trouble = Arc::new(Trouble::default());
        let heard = Arc::clone(&trouble);
        device.set_device_lost_callback(move |reason, text| {
            let text = if text.is_empty() { format!("{reason:?}") } else { text };
            held(&heard.lost).get_or_insert(text);
        });
        let heard = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            held(&heard.fault).get_or_insert(error.to_string());
        }));
        let info = info(&adapter, &device);
        Ok(Self { device, queue, info, trouble, idle: Vec::new() })
    }

    /// An error when the device is lost, or complained about something since it was opened.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(text) = held(&self.trouble.lost).clone() {
            return Err(Error::Lost(text));
        }
        match held(&self.trouble.fault).clone() {
            Some(text) => Err(Error::Gpu(text)),
            None => Ok(()),
        }
    }

    /// Runs `make` and asks the device afterwards whether it agreed: on the web a broken shader or a refused
    /// allocation is otherwise found out by wrong results.
    pub(super) async fn guarded<T>(&self, make: impl FnOnce() -> T) -> Result<T, Error> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        let validation = validation.pop();
        let internal = internal.pop();
        let memory = memory.pop();
        let complaints = [validation.await, internal.await, memory.await];
        if let Some(complaint) = complaints.into_iter().flatten().next() {
            self.check_lost()?;
            return Err(Error::Gpu(complaint.to_string()));
        }
        self.check()?;
        Ok(made)
    }

    /// A buffer that shaders use and copies reach. It starts as zeros.
    pub(super) fn storage(&self, name: &str, bytes: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size: bytes.next_multiple_of(16).max(16),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A storage buffer that holds `bytes`, padded with zeros to whole vectors.
    pub(super) fn filled(&self, name: &str, bytes: &[u8]) -> wgpu::Buffer {
        let buffer = self.storage(name, bytes.len() as u64);
        let whole = bytes.len() / 4 * 4;
        self.queue.write_buffer(&buffer, 0, &bytes[..whole]);
        if whole < bytes.len() {
            let mut last = [0; 4];
            last[..bytes.len() - whole].copy_from_slice(&bytes[whole..]);
            self.queue.write_buffer(&buffer, whole as u64, &last);
        }
        buffer
    }

    /// Ends `encoder` with a copy of `bytes` bytes of `source`, submits it, and asks for the copy.
    pub(super) fn submit_and_read(
        &mut self,
        mut encoder: wgpu::CommandEncoder,
        source: &wgpu::Buffer,
        bytes: u64,
    ) -> Pending {
        let kept = self.idle.iter().position(|buffer| buffer.size() == bytes);
        let buffer = match kept {
            Some(index) => self.idle.swap_remove(index),
            None => self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read-back"),
                size: bytes,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        encoder.copy_buffer_to_buffer(source, 0, &buffer, 0, bytes);
        let submission = self.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        buffer.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            // Nobody waits any more when the run was stopped.
            let _ = sender.send(result.is_ok());
        });
        Pending { buffer, mapped, submission }
    }

    /// Waits for bytes that were asked for.
    pub(super) async fn read(&mut self, pending: Pending) -> Result<Vec<u8>, Error> {
        self.wait(&pending.submission)?;
        let mapped = pending.mapped.await.unwrap_or(false);
        self.check()?;
        if !mapped {
            return Err(Error::Lost("it does not hand out its results".into()));
        }
        let bytes = match pending.buffer.slice(..).get_mapped_range() {
            Ok(view) => view.to_vec(),
            Err(refusal) => return Err(Error::Gpu(refusal.to_string())),
        };
        pending.buffer.unmap();
        // Those used last stay: what one kind of work leaves must not keep the buffers of the next from being used again.
        if self.idle.len() == IDLE_BUFFERS {
            self.idle.remove(0).destroy();
        }
        self.idle.push(pending.buffer);
        Ok(bytes)
    }

    /// Submits work that nobody reads from.
    pub(super) fn submit(&self, encoder: wgpu::CommandEncoder) -> Submitted {
        let submission = self.queue.submit([encoder.finish()]);
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            let _ = sender.send(());
        });
        Submitted { done, submission }
    }

    /// Waits until work is done.
    pub(super) async fn finish(&self, submitted: Submitted) -> Result<(), Error> {
        self.wait(&submitted.submission)?;
        // A sender that is gone is a device that is gone; `check` has its words.
        let _ = submitted.done.await;
        self.check()
    }

    fn check_lost(&self) -> Result<(), Error> {
        held(&self.trouble.lost).clone().map_or(Ok(()), |text| Err(Error::Lost(text)))
    }

    /// Natively nobody calls back unless somebody polls.
    #[cfg(not(target_arch = "wasm32"))]
    fn wait(&self, submission: &wgpu::SubmissionIndex) -> Result<(), Error> {
        let until = wgpu::PollType::Wait { submission_index: Some(submission.clone()), timeout: None };
        match self.device.poll(until) {
            Ok(_) => Ok(()),
            Err(refusal) => {
                self.check()?;
                Err(Error::Lost(refusal.to_string()))
            }
        }
    }

    /// The browser's event loop calls back.
    #[cfg(target_arch = "wasm32")]
    fn wait(&self, _submission: &wgpu::SubmissionIndex) -> Result<(), Error> {
        Ok(())
    }
}

/// A callback that panicked while it held the text leaves the text as it was.
fn held(text: &Mutex<Option<String>>) -> MutexGuard<'_, Option<String>> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(target_arch = "wasm32"))]
fn info(adapter: &wgpu::Adapter, _device: &wgpu::Device) -> Info {
    let info = adapter.get_info();
    Info {
        vendor: format!("{:#06x}", info.vendor),
        architecture: info.driver,
        description: info.name,
        fallback: info.device_type == wgpu::DeviceType::Cpu,
    }
}

/// wgpu passes on the description only; the browser's object knows the rest.
#[cfg(target_arch = "wasm32")]
fn info(adapter: &wgpu::Adapter, device: &wgpu::Device) -> Info {
    let known = adapter.get_info();
    let (vendor, architecture) = device
        .as_webgpu()
        .map(|device| device.adapter_info())
        .map(|info| (info.vendor(), info.architecture()))
        .unwrap_or_default();
    Info {
        vendor,
        architecture,
        description: known.name,
        fallback: known.device_type == wgpu::DeviceType::Cpu,
    }
}
