//! Contexts: an event loop with its servers and clients.

use super::boundary::{add_context, guard, remove_context};
use super::config::{Log, for_context, im_config};
use super::encode::encode;
use super::event::event;
use super::event_types::im_event;
use super::ids::Ids;
use super::input::out_ptr;
use super::kinds::{im_event_kind as EventKind, im_format, im_log_level};
use super::library::IM_ABI;
use super::status::{CallResult, Failure, im_status};
use crate::engine::Random;
use crate::net::{Loop, LoopConfig, Process};
use bumpalo::Bump;

/// A context: one event loop with its servers, clients and watched descriptors. It belongs to the thread that made it;
/// other threads can only wake it, with an im_waker. An opaque handle.
pub struct im_ctx {
    _handle: [u8; 0],
}

/// What is behind the handle.
pub(super) struct Context {
    /// The process that may use it.
    pub(super) process: Process,
    pub(super) event_loop: Loop,
    pub(super) ids: Ids,
    /// Holds what the last pulled event points to.
    events: Bump,
    /// The last pulled event, in the arena.
    pub(super) pulled: Option<*const im_event>,
    /// Holds what was looked up since the last step.
    pub(super) view: Bump,
    /// Encoded events.
    pub(super) encoded: Vec<u8>,
    log: Option<Log>,
}

impl Context {
    pub(super) fn new(config: &LoopConfig, log: Option<Log>) -> CallResult<Context> {
        let process = Process::this()?;
        let event_loop = Loop::with(config)?;
        let tag = match config.seed {
            Some(seed) => Random::from_seed(seed).number(),
            None => random_tag()?,
        };
        Ok(Context {
            process,
            event_loop,
            ids: Ids::new(tag),
            events: Bump::new(),
            pulled: None,
            view: Bump::new(),
            encoded: Vec::new(),
            log,
        })
    }

    /// Takes the next event, and frees what the previous one pointed to.
    pub(super) fn pull(&mut self) -> Option<*const im_event> {
        self.pulled = None;
        self.events.reset();
        while let Some(next) = self.event_loop.next_event() {
            // Events of what has been removed are dropped.
            if let Some(next) = event(&self.events, &self.ids, &next) {
                let next = im_event { user: self.ids.user(next.source), ..next };
                let next: &im_event = self.events.alloc(next);
                self.log_event(next);
                self.pulled = Some(next);
                break;
            }
        }
        self.pulled
    }

    pub(super) fn log(&self, level: im_log_level, text: impl FnOnce() -> String) {
        if let Some(log) = self.log.filter(|log| log.wants(level)) {
            log.tell(level, &text());
        }
    }

    fn log_event(&self, event: &im_event) {
        if self.log.is_none() {
            return;
        }
        let is = |kinds: &[EventKind]| kinds.iter().any(|kind| *kind as i32 == event.kind);
        let level = if is(&[EventKind::IM_EVENT_STORE_FAILED, EventKind::IM_EVENT_ACCEPT_PAUSED]) {
            im_log_level::IM_LOG_ERROR
        } else if is(&[
            EventKind::IM_EVENT_CONNECTING,
            EventKind::IM_EVENT_LOGGED_IN,
            EventKind::IM_EVENT_LOGIN_REFUSED,
            EventKind::IM_EVENT_DISCONNECTED,
            EventKind::IM_EVENT_PERSON_ENTERED,
            EventKind::IM_EVENT_PERSON_DETACHED,
            EventKind::IM_EVENT_PERSON_RESUMED,
            EventKind::IM_EVENT_PERSON_LEFT,
            EventKind::IM_EVENT_REFUSED,
            EventKind::IM_EVENT_DRAINED,
        ]) {
            im_log_level::IM_LOG_INFO
        } else {
            im_log_level::IM_LOG_DEBUG
        };
        self.log(level, || {
            let mut json = Vec::new();
            let _ = encode(event, im_format::IM_FORMAT_JSON, &mut json);
            String::from_utf8_lossy(&json).into_owned()
        });
    }
}

fn random_tag() -> CallResult<u64> {
    getrandom::u64().map_err(|error| Failure::new(im_status::IM_E_IO, error.to_string()))
}

/// Makes a context, in `*out`, that belongs to the calling thread. Free it with im_free(). Pass IM_ABI as `abi`. `config`
/// may be NULL for the defaults.
///
/// Returns IM_E_ABI if the library is too old for the program's header, IM_E_OPTION for an option that is not a
/// context's, IM_E_RANGE for a value out of range, and IM_E_IO if the system has no descriptors or random numbers.
#[unsafe(no_mangle)]
pub extern "C" fn im_new(abi: u32, config: *const im_config, out: *mut *mut im_ctx) -> i32 {
    guard(|| {
        let out = out_ptr(out, "out")?;
        if abi == 0 || abi >> 16 != IM_ABI >> 16 || abi > IM_ABI {
            let text =
                format!("the program was compiled for interface {abi:#x}, this library has {IM_ABI:#x}");
            return Err(Failure::new(im_status::IM_E_ABI, text));
        }
        let (config, log) = for_context(config)?;
        out.put(std::ptr::without_provenance_mut(add_context(Context::new(&config, log)?)?));
        Ok(())
    })
}

/// Frees a context with its servers, clients and events, and breaks their connections. To close in good order, complete
/// im_client_quit() and im_server_drain() first. In a child of fork() it frees only the child's memory and descriptors:
/// the parent's connections stay open, and nothing is sent.
#[unsafe(no_mangle)]
pub extern "C" fn im_free(ctx: *mut im_ctx) -> i32 {
    guard(|| remove_context(ctx.addr()))
}
