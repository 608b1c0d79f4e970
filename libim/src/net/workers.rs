//! Threads for work that blocks, such as the system's look-up of a host name. Started when needed, up to a number; they end when they
//! have had nothing to do for a while, and with their loop.

use super::fork::Process;
use super::waker::Waker;
use crate::wire::limits::WORK_QUEUED_MAX;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A thread ends after this time without work.
const IDLE_TIME_MAX: Duration = Duration::from_secs(10);

type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs jobs whose results have type `T`.
#[derive(Debug)]
pub(super) struct Workers<T> {
    /// The process that has the threads.
    process: Process,
    threads_max: u32,
    shared: Arc<Shared<T>>,
}

/// Why a job was not accepted.
#[derive(Debug)]
pub(super) enum NoWorker {
    /// No threads are allowed.
    Forbidden,
    /// [`WORK_QUEUED_MAX`] jobs wait already.
    Busy,
    /// The system cannot start the first thread.
    System(io::Error),
}

impl fmt::Display for NoWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoWorker::Forbidden => f.write_str("the loop may start no threads"),
            NoWorker::Busy => write!(f, "{WORK_QUEUED_MAX} other tasks are waiting already; try again later"),
            NoWorker::System(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

#[derive(Debug)]
struct Shared<T> {
    waker: Waker,
    queue: Mutex<Queue<T>>,
    /// There is a job, or the end.
    news: Condvar,
}

struct Queue<T> {
    jobs: VecDeque<Job<T>>,
    results: VecDeque<T>,
    threads: u32,
    /// Threads that wait for a job.
    idle: usize,
    ended: bool,
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} jobs, {} threads", self.jobs.len(), self.threads)
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does.
    fn work(&self) {
        let mut queue = self.lock();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                drop(queue);
                // A job that panics has no result, and costs no thread.
                let result = catch_unwind(AssertUnwindSafe(job));
                queue = self.lock();
                if let Ok(result) = result
                    && !queue.ended
                {
                    queue.results.push_back(result);
                    // The loop learns of a failure with the next result.
                    let _ = self.waker.wake();
                }
                continue;
            }
            if queue.ended {
                return;
            }
            queue.idle += 1;
            let waited = self.news.wait_timeout(queue, IDLE_TIME_MAX);
            let (woken, expired) = waited.unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            queue.idle -= 1;
            if expired.timed_out() && queue.jobs.is_empty() {
                queue.threads -= 1;
                return;
            }
        }
    }
}

impl<T: Send + 'static> Workers<T> {
    /// Runs jobs on up to `threads_max` threads of this process. The waker is called after each.
    pub(super) fn new(process: Process, waker: Waker, threads_max: u32) -> Workers<T> {
        let queue =
            Queue { jobs: VecDeque::new(), results: VecDeque::new(), threads: 0, idle: 0, ended: false };
        let shared = Arc::new(Shared { waker, queue: Mutex::new(queue), news: Condvar::new() });
        Workers { process, threads_max, shared }
    }

    pub(super) fn are_allowed(&self) -> bool {
        self.threads_max > 0
    }

    /// Runs a job when a thread is free. Its result comes by [`poll`](Self::poll).
    pub(super) fn run(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<(), NoWorker> {
        if !self.are_allowed() {
            return Err(NoWorker::Forbidden);
        }
        let mut queue = self.shared.lock();
        if queue.jobs.len() >= WORK_QUEUED_MAX {
            return Err(NoWorker::Busy);
        }
        if queue.jobs.len() >= queue.idle && queue.threads < self.threads_max {
            let shared = self.shared.clone();
            match thread::Builder::new().name("im-worker".into()).spawn(move || shared.work()) {
                Ok(_) => queue.threads += 1,
                Err(error) if queue.threads == 0 => return Err(NoWorker::System(error)),
                // The others take it in time.
                Err(_) => {}
            }
        }
        queue.jobs.push_back(Box::new(job));
        self.shared.news.notify_one();
        Ok(())
    }

    /// The next result, if any.
    pub(super) fn poll(&self) -> Option<T> {
        self.shared.lock().results.pop_front()
    }
}

impl<T> Drop for Workers<T> {
    /// Has the threads end when they have finished what they do. A forked child has no threads, and one of its parent's may have held
    /// the lock.
    fn drop(&mut self) {
        if !self.process.is_this() {
            return;
        }
        let mut queue = self.shared.lock();
        queue.ended = true;
        queue.jobs.clear();
        self.shared.news.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{SyncSender, sync_channel};

    fn workers(threads_max: u32) -> (mio::Poll, Workers<usize>) {
        let poll = mio::Poll::new().unwrap();
        let waker = mio::Waker::new(poll.registry(), mio::Token(0)).unwrap();
        (poll, Workers::new(Process::this().unwrap(), Waker::of(Arc::new(waker)), threads_max))
    }

    /// Has a thread begin a job, with the result 0, that lasts until what is returned is dropped.
    fn occupy(workers: &Workers<usize>) -> SyncSender<()> {
        let (hold, held) = sync_channel(0);
        let (begun, begins) = sync_channel(0);
        let job = move || {
            begun.send(()).unwrap();
            let _ = held.recv();
            0
        };
        workers.run(job).unwrap();
        begins.recv().unwrap();
        hold
    }

    /// Waits for results; the test would hang if a wake-up were lost.
    fn results(poll: &mut mio::Poll, workers: &Workers<usize>, count: usize) -> Vec<usize> {
        let (mut results, mut events) = (Vec::new(), mio::Events::with_capacity(8));
        while results.len() < count {
            match workers.poll() {
                Some(result) => results.push(result),
                None => poll.poll(&mut events, None).unwrap(),
            }
        }
        results
    }

    #[test]
    fn all_jobs_run_on_no_more_threads_than_allowed() {
        let (mut poll, workers) = workers(3);
        let (hold, held) = sync_channel::<()>(0);
        let held = Arc::new(Mutex::new(held));
        for at in 0..20 {
            let held = held.clone();
            let job = move || {
                let _ = held.lock().unwrap().recv();
                at
            };
            workers.run(job).unwrap();
        }
        assert_eq!(workers.shared.lock().threads, 3);
        drop(hold);
        let mut all = results(&mut poll, &workers, 20);
        all.sort_unstable();
        assert_eq!(all, (0..20).collect::<Vec<_>>());
        // A thread that has become idle takes the next job.
        while workers.shared.lock().idle < 3 {
            thread::yield_now();
        }
        workers.run(|| 7).unwrap();
        assert_eq!((results(&mut poll, &workers, 1), workers.shared.lock().threads), (vec![7], 3));
    }

    #[test]
    fn a_full_queue_and_no_threads_are_errors() {
        let (_poll, none) = workers(0);
        assert!(matches!(none.run(|| 1), Err(NoWorker::Forbidden)));
        let (mut poll, one) = workers(1);
        let hold = occupy(&one);
        for _ in 0..WORK_QUEUED_MAX {
            one.run(|| 1).unwrap();
        }
        let refused = one.run(|| 2).unwrap_err();
        assert!(refused.to_string().contains(&WORK_QUEUED_MAX.to_string()), "{refused}");
        drop(hold);
        assert_eq!(results(&mut poll, &one, 1 + WORK_QUEUED_MAX).iter().sum::<usize>(), WORK_QUEUED_MAX);
    }

    #[test]
    fn a_job_that_panics_costs_no_thread() {
        let (mut poll, workers) = workers(1);
        workers.run(|| panic!("on purpose")).unwrap();
        workers.run(|| 4).unwrap();
        assert_eq!(results(&mut poll, &workers, 1), [4]);
    }

    #[test]
    fn threads_end_with_their_loop_and_drop_what_was_not_begun() {
        let (_poll, workers) = workers(1);
        let hold = occupy(&workers);
        let second = Arc::new(());
        let kept = second.clone();
        workers.run(move || Arc::strong_count(&kept)).unwrap();
        let shared = Arc::downgrade(&workers.shared);
        drop(workers);
        assert_eq!(Arc::strong_count(&second), 1);
        drop(hold);
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
