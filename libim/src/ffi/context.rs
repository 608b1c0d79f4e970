//! A context: one loop with its servers and clients.

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

/// A loop with any number of servers and clients. It belongs to the thread that makes it; other threads reach it through an
/// im_waker. A handle, not to be looked through.
pub struct im_ctx {
    _handle: [u8; 0],
}

/// What is behind the handle.
pub(super) struct Context {
    /// The process that may use it.
    pub(super) process: Process,
    pub(super) event_loop: Loop,
    pub(super) ids: Ids,
    /// What the last pulled events point to.
    events: Bump,
    /// The last pulled event, in the arena.
    pub(super) pulled: Option<*const im_event>,
    /// What was looked up since the last step.
    pub(super) view: Bump,
    /// Events as text or bytes.
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

    /// Takes the next event; what the one before pointed to is gone.
    pub(super) fn pull(&mut self) -> Option<*const im_event> {
        self.pulled = None;
        self.events.reset();
        while let Some(next) = self.event_loop.next_event() {
            // Something that was removed has no more to say.
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

/// Makes a context. `abi` is IM_ABI: IM_E_ABI says that the program was compiled for a newer library than this one. `config`
/// may be NULL; IM_E_OPTION or IM_E_RANGE says what does not suit in it. On success the handle is in `*out`; free it with
/// im_free().
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

/// Frees a context with all its servers and clients; their connections break. To close in good order, im_client_quit() and
/// im_server_drain() first. IM_E_GONE when it has been freed already, IM_E_THREAD on another thread. In a child of fork() it releases
/// the child's memory and descriptors only: the parent's connections stand, and nothing is sent.
#[unsafe(no_mangle)]
pub extern "C" fn im_free(ctx: *mut im_ctx) -> i32 {
    guard(|| remove_context(ctx.addr()))
}
