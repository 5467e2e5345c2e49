//! What can go wrong.

/// Why a model could not be loaded or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The file is not a GGUF file, or is damaged.
    #[error("The model file cannot be read: {0}.")]
    File(String),
    /// The file is sound, but of a kind this runtime has no code for.
    #[error("This model is not supported: {0}.")]
    Unsupported(String),
    /// The file is no adapter, or is damaged.
    #[error("The adapter file cannot be read: {0}.")]
    AdapterFile(String),
    /// An adapter does not fit the model.
    #[error("The adapter does not fit the model: {0}.")]
    Adapter(String),
    /// More positions than the model was trained for, or than the cache has.
    #[error("The text is too long: {needed} tokens, and {available} fit.")]
    TooLong {
        /// Positions asked for.
        needed: usize,
        /// Positions there are.
        available: usize,
    },
    /// No usable device, or it refused memory or a shader; the text is the device's own.
    #[error("The GPU cannot be used: {0}.")]
    Gpu(String),
    /// The device went away in the middle of a run.
    #[error("The GPU was lost: {0}.")]
    Lost(String),
    /// Somebody asked to stop.
    #[error("Stopped.")]
    Stopped,
}
