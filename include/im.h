/**
 * @file im.h
 * libim: private chat inside your own program. The C interface. Generated from libim/src/ffi; do not edit.
 *
 * Overview
 *
 *   A context (im_ctx) is one event loop with any number of servers and clients. im_step() runs it, im_next_event() returns what
 *   happened, and every other function starts an operation or looks something up. Only im_step() blocks, for at most the given
 *   time. The only callback is the log callback of im_config_set_log(). docs/embedding.md is a guide with complete programs.
 *
 * Errors
 *
 *   Every function that can fail returns an int32_t: IM_OK (0) or a negative im_status. im_last_error() describes the failure. A
 *   function that fails has no effect and writes nothing through its out pointers; only im_step() may have done part of its
 *   work. Results that are known later arrive as events with the number of the request or the transaction id of the post.
 *
 *   The comment of a function lists the errors particular to it. Besides, any function may return IM_E_NULL, IM_E_HANDLE,
 *   IM_E_GONE or IM_E_PANIC; a function of a context IM_E_THREAD, IM_E_REENTRANT or IM_E_FORKED; a function with a string
 *   parameter IM_E_UTF8.
 *
 * Handles and ids
 *
 *   im_ctx, im_config and im_waker are opaque handles: pointers in type, never to be dereferenced. Servers, clients and watched
 *   descriptors are named by im_id numbers. Neither is ever reused: a freed handle or removed id is IM_E_GONE, any other invalid
 *   one is IM_E_HANDLE, NULL is IM_E_NULL. Pointers to data (strings, out parameters) must be NULL or valid.
 *
 * Threads
 *
 *   A context belongs to the thread that made it; on any other its functions return IM_E_THREAD. Functions of im_config and
 *   im_waker, and those without a handle, may be called from any thread. A program may have several contexts, on one or several
 *   threads. A thread that ends frees its contexts.
 *
 * Strings
 *
 *   Strings that the program passes are UTF-8 and copied during the call. Strings that the library returns are im_str: UTF-8,
 *   with a length and a terminating NUL; they belong to the library. What people wrote may contain any character but NUL:
 *   sanitize control characters before writing it to a terminal.
 *
 * Compatibility
 *
 *   The library allocates all structures, and their first field, `size`, is sizeof in that library: read a field that was added
 *   after the oldest library that you support only if `size` covers it. im_event.kind, im_code and other enumerations may have
 *   values that your header does not list.
 *
 * The host program
 *
 *   The library installs no signal handler, raises no SIGPIPE, writes no output, sets no global logger and never exits. It starts
 *   threads only to look up host names (up to IM_OPT_WORKERS, which end after ten seconds without work), and two for each
 *   server with IM_OPT_DATA. An internal error
 *   (IM_E_PANIC) does not unwind into the program; the Rust runtime then writes one line to stderr.
 *
 * Functions
 *
 *   library         im_abi_version im_version im_strerror im_last_error im_event_kind_name im_code_name
 *   configuration   im_config_new _free _set_str _set_int _set_log
 *   context         im_new im_free im_step im_fd im_next_timeout im_advance im_watch im_set_user im_remove,
 *                   im_waker_new _wake _free
 *   events          im_next_event im_event_encode im_next_events
 *   client          im_connect, im_client_quit _login _retry_now
 *   posts           im_client_post _reply _edit _delete _react _mark_read _typing
 *   requests        im_client_set_status _create_room _join _leave _set_topic _direct _history _fetch
 *                   _list_rooms _list_users _list_members
 *   client state    im_client_look _server _room _person _next_room _next_person _snapshot
 *   server          im_serve im_listen im_unlisten, im_server_set_str _set_int _resolve _kick _kick_user _remove_member _close_room
 *                   _post _delete _broadcast _drain _look _next_person _next_room _next_member
 */

#ifndef IM_H
#define IM_H

#include <stddef.h>
#include <stdint.h>
/** Pass as the length of a text that ends at its first NUL. */
#define IM_NUL_TERMINATED ((size_t)-1)


/**
 * The version of the interface: its generation in the upper 16 bits, its revision in the lower. A program works with
 * every library of its header's generation and of the same or a later revision.
 */
#define IM_ABI 1

/**
 * What a function returns: IM_OK, or a negative number that names the error. Numbers are never reused. im_last_error()
 * describes the particular failure, with names and limits.
 */
enum im_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Success.
     */
    IM_OK = 0,
    /**
     * A pointer that must not be NULL is NULL.
     */
    IM_E_NULL = -1,
    /**
     * Not a handle or id of this library, one of another kind, or an id of another context.
     */
    IM_E_HANDLE = -2,
    /**
     * The handle has been freed, or what the id named has been removed; or the approval is no longer open.
     */
    IM_E_GONE = -3,
    /**
     * The context belongs to another thread.
     */
    IM_E_THREAD = -4,
    /**
     * The context was used from its own log callback.
     */
    IM_E_REENTRANT = -5,
    /**
     * An internal error of the library. The context can only be freed. Please report it.
     */
    IM_E_PANIC = -6,
    /**
     * A string is not valid UTF-8.
     */
    IM_E_UTF8 = -7,
    /**
     * A text contains a character that is not allowed there, such as a NUL within its length.
     */
    IM_E_TEXT = -8,
    /**
     * A number is out of range.
     */
    IM_E_RANGE = -9,
    /**
     * A text is longer than its limit.
     */
    IM_E_TOO_LONG = -10,
    /**
     * A text is empty, or has only blank or invisible characters.
     */
    IM_E_EMPTY = -11,
    /**
     * No such option, an option of the other type (str or int), or one that does not apply here.
     */
    IM_E_OPTION = -12,
    /**
     * The address is malformed, or this context cannot use it (IM_OPT_WORKERS, IM_OPT_VIRTUAL_CLOCK).
     */
    IM_E_ADDRESS = -13,
    /**
     * An operating system call failed.
     */
    IM_E_IO = -14,
    /**
     * The address to listen at, or the directory of the data, is in use.
     */
    IM_E_IN_USE = -15,
    /**
     * The client is not logged in, which this request needs; or its events must be pulled first.
     */
    IM_E_NOT_READY = -16,
    /**
     * The client is not in that room; or, on a server, the room is the lobby or a private conversation.
     */
    IM_E_NOT_IN_ROOM = -17,
    /**
     * The client's outbox is full.
     */
    IM_E_OUTBOX_FULL = -18,
    /**
     * The client has quit, or the server is closing or closed.
     */
    IM_E_CLOSED = -19,
    /**
     * No such person, room, address or event.
     */
    IM_E_NOT_FOUND = -20,
    /**
     * The function needs a virtual clock (IM_OPT_VIRTUAL_CLOCK).
     */
    IM_E_CLOCK = -21,
    /**
     * Not supported on this system.
     */
    IM_E_UNSUPPORTED = -22,
    /**
     * The program was compiled with a newer header than this library's, or with one of another generation.
     */
    IM_E_ABI = -23,
    /**
     * A child of fork() used an object that its parent made. The child can only free it. See docs/embedding.md.
     */
    IM_E_FORKED = -24,
    /**
     * The maximum number of such objects exists already.
     */
    IM_E_LIMIT = -25,
    /**
     * The client is logged in already.
     */
    IM_E_LOGGED_IN = -26,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_status im_status;
#else
typedef int32_t im_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kind of an event. Each comment names the fields of im_event that are set besides `size`, `kind`, `source` and
 * `user`, and the member of `data`. Ignore unknown kinds: later libraries add more.
 */
enum im_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Client: a connection attempt begins. data.count: the number of the attempt since the last success, from 1.
     */
    IM_EVENT_CONNECTING = 1,
    /**
     * Client: logged in. An IM_EVENT_ROOM_ENTERED follows for each of its rooms. data.login.
     */
    IM_EVENT_LOGGED_IN = 2,
    /**
     * Client: the login was refused. code, text, retry_after_ms. data.wait: when the client tries again by itself, which
     * it does only if it was logged in before and the cause is temporary (its name is still held, the server is full);
     * NULL: it waits for im_client_login().
     */
    IM_EVENT_LOGIN_REFUSED = 3,
    /**
     * Client: the connection broke or could not be opened. code (0: the server gave none), text. data.wait: when the
     * next attempt begins; NULL: there is none, and the client is closed.
     */
    IM_EVENT_DISCONNECTED = 4,
    /**
     * Client: is in this room, newly or again after a login. room; data.room.
     */
    IM_EVENT_ROOM_ENTERED = 5,
    /**
     * Client: is no longer in this room. room, text (the reason; empty after im_client_leave()).
     */
    IM_EVENT_ROOM_EXITED = 6,
    /**
     * Client: a room's id has changed. room: the old id; data.number: the new one. The lobby keeps its id; this event
     * for the lobby means that the server has lost its data, and that earlier sequence numbers are void.
     */
    IM_EVENT_ROOM_RENUMBERED = 7,
    /**
     * Client: the last messages from before it entered this room. Comes before the room's first entry. room; data.page.
     */
    IM_EVENT_BACKLOG = 8,
    /**
     * Client: these entries existed but are no longer stored. The next entry follows them. room; data.gap.
     */
    IM_EVENT_MISSED = 9,
    /**
     * Client: the server has stored a post. The entry itself arrives in the room's order. room; data.posted.
     */
    IM_EVENT_POSTED = 10,
    /**
     * Client: the server refused a post; the client does not retry it. room, code, text, retry_after_ms; data.posted
     * with seq 0.
     */
    IM_EVENT_POST_FAILED = 11,
    /**
     * Client: everybody who is online. Replaces all earlier information. data.people.
     */
    IM_EVENT_PEOPLE = 12,
    /**
     * Client: somebody joined, left or changed. data.presence.
     */
    IM_EVENT_PRESENCE = 13,
    /**
     * Client: how many people are online; there are too many to report each of them. data.count.
     */
    IM_EVENT_PEOPLE_COUNT = 14,
    /**
     * Client: somebody is typing or has stopped. room; data.typing.
     */
    IM_EVENT_TYPING = 15,
    /**
     * Client: how far a member has received and read. room; data.receipt.
     */
    IM_EVENT_RECEIPT = 16,
    /**
     * Client: a request succeeded. request, room (of a request that created, entered, opened or left one).
     */
    IM_EVENT_DONE = 17,
    /**
     * Client: a request was refused, or the connection broke before the answer. request, code (0: it broke), text,
     * retry_after_ms.
     */
    IM_EVENT_FAILED = 18,
    /**
     * Client: the answer to im_client_history() or im_client_fetch(). request, room; data.page.
     */
    IM_EVENT_HISTORY = 19,
    /**
     * Client: the answer to im_client_list_rooms(). request; data.rooms.
     */
    IM_EVENT_ROOMS = 20,
    /**
     * Client: the answer to im_client_list_members(). request, room; data.members.
     */
    IM_EVENT_MEMBERS = 21,
    /**
     * Client: an announcement of the server's operator. text.
     */
    IM_EVENT_NOTICE = 22,
    /**
     * Client: the server reads from this client more slowly for a while; nothing is lost. text (which limit); data.wait.
     */
    IM_EVENT_THROTTLED = 23,
    /**
     * Client: the answer to im_client_list_users(). request; data.people.
     */
    IM_EVENT_USERS = 24,
    /**
     * Client: the answer to im_client_search(). request; data.found.
     */
    IM_EVENT_FOUND = 25,
    /**
     * Client, and server with IM_OPT_OBSERVE: a message. room, text; data.entry. This and the next eight are entries of
     * a room: each arrives exactly once, in the room's order, with room, text and data.entry set.
     */
    IM_EVENT_MESSAGE = 40,
    /**
     * The author changed the text of a message. data.entry: target, text, mentions.
     */
    IM_EVENT_EDITED = 41,
    /**
     * A message was deleted. data.entry: target.
     */
    IM_EVENT_DELETED = 42,
    /**
     * Somebody added a reaction to a message or removed it. data.entry: target, text (the emoji), on.
     */
    IM_EVENT_REACTED = 43,
    /**
     * The room was created. data.entry: text (its name), room_kind.
     */
    IM_EVENT_ROOM_CREATED = 44,
    /**
     * The author entered the room. data.entry.
     */
    IM_EVENT_JOINED = 45,
    /**
     * The author left the room. data.entry: reason, text (the reason that was given).
     */
    IM_EVENT_LEFT = 46,
    /**
     * The author set the topic. data.entry: text.
     */
    IM_EVENT_TOPIC = 47,
    /**
     * An entry of a kind that this library does not know; it has a sequence number like the others. data.entry.
     */
    IM_EVENT_OTHER_ENTRY = 48,
    /**
     * Server: somebody logged in. data.visitor. This and the next five are dropped while 8192 events of the server are
     * pending. Entries (IM_OPT_OBSERVE) are never dropped: the server stops reading until they are taken.
     */
    IM_EVENT_PERSON_ENTERED = 60,
    /**
     * Server: somebody's connection broke; their session is kept for IM_OPT_RESUME_MS. text (why); data.visitor.
     */
    IM_EVENT_PERSON_DETACHED = 61,
    /**
     * Server: somebody resumed their session. data.visitor.
     */
    IM_EVENT_PERSON_RESUMED = 62,
    /**
     * Server: somebody's session ended. text (the reason that was given); data.visitor with reason.
     */
    IM_EVENT_PERSON_LEFT = 63,
    /**
     * Server: it refused or ended a connection. code, text; data.visitor with peer only.
     */
    IM_EVENT_REFUSED = 64,
    /**
     * Server: the store failed to keep something, or does not know whether it has; who asked for it was told. text.
     */
    IM_EVENT_STORE_FAILED = 65,
    /**
     * Server: im_server_drain() is complete: every connection is closed.
     */
    IM_EVENT_DRAINED = 66,
    /**
     * Server: cannot accept connections for want of descriptors or memory; it resumes by itself. text.
     */
    IM_EVENT_ACCEPT_PAUSED = 67,
    /**
     * Server: a request waits for im_server_resolve(). Never dropped. room, text; data.approval.
     */
    IM_EVENT_APPROVAL = 68,
    /**
     * A descriptor given to im_watch() is readable or at its end. Read until EAGAIN: the event comes again only after
     * more has arrived.
     */
    IM_EVENT_READABLE = 80,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_event_kind im_event_kind;
#else
typedef int32_t im_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Options of an im_config. The comment says what each applies to and its type: "str" options are set with
 * im_config_set_str(), "int" options with im_config_set_int(). Counts and byte limits without a range are 1 to
 * 4294967295.
 */
enum im_option
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Context, int: the seed of all its randomness, to make a run repeatable. For tests only: whoever knows the seed can
     * compute session tokens. Default: the system's random numbers.
     */
    IM_OPT_SEED = 1,
    /**
     * Context, int, 0 or 1. 1: time passes only by im_advance(), im_step() never waits, and only mem: addresses can be
     * used; with IM_OPT_SEED, the same calls give the same events, byte for byte. Default 0.
     */
    IM_OPT_VIRTUAL_CLOCK = 2,
    /**
     * Context, int, 0 to 64: how many threads the context may start for the look-up of host names, besides the two of each
     * server with IM_OPT_DATA. They end when they have had nothing to do for ten seconds. With 0, a host name other than localhost is
     * IM_E_ADDRESS. Default 4.
     */
    IM_OPT_WORKERS = 3,
    /**
     * Client or server, str, up to 256 bytes: the client's name (required; the server may accept fewer bytes), or the
     * server's name as shown to people (default "libim").
     */
    IM_OPT_NAME = 20,
    /**
     * Client or server, str, up to 128 bytes: the passkey that the client presents or the server requires. Default:
     * none; such a server admits anybody.
     */
    IM_OPT_PASSKEY = 21,
    /**
     * Client or server, int, 0 to 200: how many of a room's last messages a new member gets. Default 50 on a server; a
     * client's default is what the server suggests.
     */
    IM_OPT_BACKLOG = 22,
    /**
     * Client, str, up to 64 bytes: the program's name and version, for the server's logs.
     */
    IM_OPT_AGENT = 40,
    /**
     * Client, int, 0 or 1: whether to keep the list of people who are online. Default 1.
     */
    IM_OPT_ROSTER = 41,
    /**
     * Client, int, 0 or 1: whether to reconnect when the connection breaks. Default 1.
     */
    IM_OPT_RECONNECT = 42,
    /**
     * Client, int, 10 or more: milliseconds before the first attempt to reconnect; the wait doubles with every failure.
     * Must not exceed IM_OPT_RETRY_MAX_MS. Default 500.
     */
    IM_OPT_RETRY_MIN_MS = 43,
    /**
     * Client, int, 10 or more: the longest wait between attempts, in milliseconds, even if the server asks for a longer
     * one. Default 30000.
     */
    IM_OPT_RETRY_MAX_MS = 44,
    /**
     * Client, int, 0 or 1: whether to report to rooms which entries have arrived. Default 1.
     */
    IM_OPT_RECEIPTS = 45,
    /**
     * Client, str, up to 4096 bytes: a directory for the session file, readable by its owner only. If the program ends
     * without im_client_quit(), the next client with the same name and address resumes the session. "": the user's state
     * directory ($XDG_STATE_HOME/im or ~/.local/state/im; %LOCALAPPDATA%/im). The file is locked while the client
     * exists: a second client with the same name and address logs in by name. im_client_quit() removes it. Default:
     * none; the name is then held until the server ends the session (IM_OPT_RESUME_MS).
     */
    IM_OPT_STATE_DIR = 46,
    /**
     * Client, str, JSON: where an earlier client has stopped, as im_client_snapshot() returned it. The client goes on from there:
     * as the same person if the server has kept the session, otherwise as a new one of that name; with the entries that
     * were missed, and with the posts that were not answered, each of which is delivered once. It also keeps the name that it
     * has at the server, whatever IM_OPT_NAME says. IM_E_TEXT if it is malformed. Default: none.
     */
    IM_OPT_SNAPSHOT = 47,
    /**
     * Server, str, up to 4096 bytes: the welcome text, sent at login. Default: empty.
     */
    IM_OPT_WELCOME = 60,
    /**
     * Server, str, 1 to 64 bytes: the name of the room that everybody is in. Default "lobby".
     */
    IM_OPT_LOBBY = 61,
    /**
     * Server, int, 0 to 4294967295: milliseconds for which the session of a broken connection is kept. Default 60000.
     */
    IM_OPT_RESUME_MS = 62,
    /**
     * Server, int: connections at once; more are refused with IM_CODE_BUSY. Default 20000.
     */
    IM_OPT_CONNECTIONS_MAX = 63,
    /**
     * Server, int: people at once, including those who are reconnecting. Default 20000.
     */
    IM_OPT_PEOPLE_MAX = 64,
    /**
     * Server, int: rooms at once. Default 1000.
     */
    IM_OPT_ROOMS_MAX = 65,
    /**
     * Server, int, 65536 to 4294967295: bytes of a connection's send queue; beyond, entries are dropped and reported as
     * a gap. Default 1 MiB.
     */
    IM_OPT_QUEUE_BYTES_MAX = 66,
    /**
     * Server, int: entries stored for one room; beyond, the oldest are removed. Default 10000.
     */
    IM_OPT_HISTORY_MAX = 67,
    /**
     * Server, int, 65536 or more: bytes stored for all rooms together. Default 64 MiB.
     */
    IM_OPT_HISTORY_BYTES_MAX = 68,
    /**
     * Server, int, 1 to 65536: bytes of a message's text. Default 16384.
     */
    IM_OPT_TEXT_BYTES_MAX = 69,
    /**
     * Server, int, 0 or more: the sustained rate of requests of one connection; above it, the server reads more slowly.
     * 0: no limit. Default 50.
     */
    IM_OPT_REQUESTS_PER_SECOND = 70,
    /**
     * Server, int: the burst of requests that a connection may make before the rate applies. Default 500.
     */
    IM_OPT_REQUESTS_BURST = 71,
    /**
     * Server, int, 0 or 1: whether every stored entry is reported as an event, private conversations included. Default
     * 0.
     */
    IM_OPT_OBSERVE = 72,
    /**
     * Server, str, 1 to 4096 bytes: a directory for the server's data, made if it does not exist, for its owner only. What is
     * acknowledged is on disk, and im_serve() begins with what was kept there; IM_OPT_HISTORY_MAX and
     * IM_OPT_HISTORY_BYTES_MAX do not apply. One server at a time has it open. Two threads write and read; im_remove()
     * and im_free() wait for them, until everything that was acknowledged or accepted is on disk. Needs the system's clock. Default: none;
     * everything is kept in memory and lost with the server.
     */
    IM_OPT_DATA = 73,
    /**
     * Server, int, 0 or 1: whether all requests that the next nine options name need approval; each of these overrides
     * it. An approval request is an IM_EVENT_APPROVAL, answered with im_server_resolve(). Default 0.
     */
    IM_OPT_APPROVE_ALL = 79,
    /**
     * Server, int, 0 or 1: whether logins by name need approval. Resuming a session does not.
     */
    IM_OPT_APPROVE_LOGINS = 80,
    /**
     * Server, int, 0 or 1: whether messages and their edits need approval.
     */
    IM_OPT_APPROVE_POSTS = 81,
    /**
     * Server, int, 0 or 1: whether creating a room needs approval.
     */
    IM_OPT_APPROVE_CREATES = 82,
    /**
     * Server, int, 0 or 1: whether entering a room needs approval.
     */
    IM_OPT_APPROVE_JOINS = 83,
    /**
     * Server, int, 0 or 1: whether opening a private conversation needs approval.
     */
    IM_OPT_APPROVE_DIRECTS = 84,
    /**
     * Server, int, 0 or 1: whether deleting a message needs approval.
     */
    IM_OPT_APPROVE_DELETES = 85,
    /**
     * Server, int, 0 or 1: whether adding a reaction needs approval. Removing one does not.
     */
    IM_OPT_APPROVE_REACTIONS = 86,
    /**
     * Server, int, 0 or 1: whether setting a topic needs approval, including that of a new room.
     */
    IM_OPT_APPROVE_TOPICS = 87,
    /**
     * Server, int, 0 or 1: whether presence and status texts need approval.
     */
    IM_OPT_APPROVE_STATUSES = 88,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_option im_option;
#else
typedef int32_t im_option;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an approval request asks for: approval_kind in data.approval.
 */
enum im_approval_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * To log in; passkey and name have been checked already.
     */
    IM_APPROVAL_LOG_IN = 1,
    /**
     * To post a message. text: the message; data.approval: target, of a reply.
     */
    IM_APPROVAL_POST = 2,
    /**
     * To change the text of one's own message. text: the new text; data.approval: target.
     */
    IM_APPROVAL_EDIT = 3,
    /**
     * To create a room. text: its name; data.approval: topic.
     */
    IM_APPROVAL_CREATE_ROOM = 4,
    /**
     * To enter a room. text: its name.
     */
    IM_APPROVAL_JOIN = 5,
    /**
     * To open a private conversation. text: the other person's name.
     */
    IM_APPROVAL_DIRECT = 6,
    /**
     * To delete one's own message. data.approval: target.
     */
    IM_APPROVAL_DELETE = 7,
    /**
     * To add a reaction. text: the emoji; data.approval: target.
     */
    IM_APPROVAL_REACT = 8,
    /**
     * To set a room's topic. text: the topic; may be empty.
     */
    IM_APPROVAL_SET_TOPIC = 9,
    /**
     * To set one's presence and status text. text: the status text; may be empty.
     */
    IM_APPROVAL_SET_STATUS = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_approval_kind im_approval_kind;
#else
typedef int32_t im_approval_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Flags of im_client_fetch(); they can be combined.
 */
enum im_fetch
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Start after the lower bound and go up. Without it: start before the upper bound and go down.
     */
    IM_FETCH_UPWARD = 1,
    /**
     * Only messages, each in its present state. Without it: every kind of entry.
     */
    IM_FETCH_MESSAGES = 2,
    /**
     * `after` is a time, in milliseconds since 1970-01-01T00:00:00Z: only entries from the first one on that the server accepted
     * then or later. With IM_FETCH_UPWARD this jumps to a date.
     */
    IM_FETCH_SINCE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_fetch im_fetch;
#else
typedef int32_t im_fetch;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Formats of im_event_encode() and im_next_events().
 */
enum im_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * JSON (RFC 8259).
     */
    IM_FORMAT_JSON = 1,
    /**
     * MessagePack; maps have string keys.
     */
    IM_FORMAT_MSGPACK = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_format im_format;
#else
typedef int32_t im_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much is reported to the log callback (im_config_set_log()). Each level includes those before it.
 */
enum im_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Failures of the store and of accepting connections.
     */
    IM_LOG_ERROR = 1,
    /**
     * Calls that failed, with the text of im_last_error().
     */
    IM_LOG_WARN = 2,
    /**
     * Connections, logins and departures.
     */
    IM_LOG_INFO = 3,
    /**
     * Every other event, as JSON.
     */
    IM_LOG_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_log_level im_log_level;
#else
typedef int32_t im_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a server refused a request or ended a connection. 0: it gave no reason.
 */
enum im_code
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A frame could not be decoded, and the connection ends; or a field of a request is wrong.
     */
    IM_CODE_MALFORMED = 1,
    /**
     * A length is beyond a limit. The text names the limit and its value.
     */
    IM_CODE_TOO_LARGE = 2,
    /**
     * Client and server have no protocol version in common; the connection ends.
     */
    IM_CODE_VERSION = 3,
    /**
     * The request does not fit the state of the connection, such as one before login or a second login.
     */
    IM_CODE_OUT_OF_TURN = 4,
    /**
     * The name is in use.
     */
    IM_CODE_NAME_TAKEN = 5,
    /**
     * The name breaks a rule for names, or is reserved.
     */
    IM_CODE_NAME_INVALID = 6,
    /**
     * The passkey is wrong or missing.
     */
    IM_CODE_PASSKEY = 7,
    /**
     * The session to resume has ended; log in by name.
     */
    IM_CODE_SESSION_ENDED = 8,
    /**
     * No such room, person, message or reaction.
     */
    IM_CODE_NOT_FOUND = 9,
    /**
     * The user may not do this, or the server's program refused it.
     */
    IM_CODE_FORBIDDEN = 10,
    /**
     * The user is not in that room, or there is no such room.
     */
    IM_CODE_NOT_MEMBER = 11,
    /**
     * The room or the reaction exists already.
     */
    IM_CODE_EXISTS = 12,
    /**
     * The transaction id was used before with other content.
     */
    IM_CODE_CONFLICT = 13,
    /**
     * A maximum number is reached. The text names it.
     */
    IM_CODE_FULL = 14,
    /**
     * The server has too many connections or is short of memory; try again after retry_after_ms.
     */
    IM_CODE_BUSY = 15,
    /**
     * The store failed to keep it; nobody received it. Retry with the same transaction id.
     */
    IM_CODE_NOT_STORED = 16,
    /**
     * The server is closing.
     */
    IM_CODE_SHUTDOWN = 17,
    /**
     * Removed by the server's operator or program.
     */
    IM_CODE_KICKED = 18,
    /**
     * The session was resumed on another connection.
     */
    IM_CODE_REPLACED = 19,
    /**
     * The client was silent, or did not log in, for too long; or the server's program did not resolve the approval in
     * time.
     */
    IM_CODE_TIMED_OUT = 20,
    /**
     * The client did not read what was sent to it.
     */
    IM_CODE_SLOW = 21,
    /**
     * Too many refused logins on this connection, or too many wrong passkeys from this address.
     */
    IM_CODE_TOO_MANY_TRIES = 22,
    /**
     * The text is blank, or a field has a value that makes no sense.
     */
    IM_CODE_INVALID = 23,
    /**
     * The other person of a private conversation has left for good.
     */
    IM_CODE_PEER_GONE = 24,
    /**
     * The server does not know this kind of request.
     */
    IM_CODE_UNSUPPORTED = 25,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_code im_code;
#else
typedef int32_t im_code;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why somebody left a room or the server.
 */
enum im_leave_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * They left of their own accord.
     */
    IM_LEAVE_QUIT = 1,
    /**
     * Their connection broke, and they did not come back in time.
     */
    IM_LEAVE_LOST = 2,
    /**
     * They were removed.
     */
    IM_LEAVE_KICKED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_leave_reason im_leave_reason;
#else
typedef int32_t im_leave_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether somebody is online.
 */
enum im_presence_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Connected.
     */
    IM_PRESENCE_ONLINE = 1,
    /**
     * Connected, but set to away.
     */
    IM_PRESENCE_AWAY = 2,
    /**
     * The connection broke; the session is kept for them to come back.
     */
    IM_PRESENCE_RECONNECTING = 3,
    /**
     * The session has ended.
     */
    IM_PRESENCE_OFFLINE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_presence_kind im_presence_kind;
#else
typedef int32_t im_presence_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kind of a room.
 */
enum im_room_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The room that everybody is in.
     */
    IM_ROOM_LOBBY = 1,
    /**
     * A room that anybody can create, find by name, join and leave.
     */
    IM_ROOM_PUBLIC = 2,
    /**
     * A private conversation of two people.
     */
    IM_ROOM_DIRECT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_room_kind im_room_kind;
#else
typedef int32_t im_room_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Settings for a context, a client or a server. The functions that take a configuration copy it: it may be changed,
 * reused or freed afterwards. Any thread may use it. An opaque handle.
 */
typedef struct im_config im_config;

/**
 * A context: one event loop with its servers, clients and watched descriptors. It belongs to the thread that made it;
 * other threads can only wake it, with an im_waker. An opaque handle.
 */
typedef struct im_ctx im_ctx;

/**
 * Wakes a context from any thread or signal handler. An opaque handle.
 */
typedef struct im_waker im_waker;

/**
 * Names a server, a client or a watched descriptor of one context. 0: none. Never reused; below 2^53, so that a double
 * can hold it.
 */
typedef uint64_t im_id;

/**
 * A log callback. Called on the context's thread, during a call on the context, with the `user` pointer of
 * im_config_set_log(). `text` is UTF-8 and NUL-terminated, and valid during the callback only. It must not call
 * functions of the same context (they return IM_E_REENTRANT), and must not leave by an exception or longjmp().
 */
typedef void (*im_log_fn)(void *user, int32_t level, const char *text);

/**
 * A string of the library: UTF-8, followed by a NUL. Valid as long as the structure that contains it.
 */
typedef struct im_str {
    /**
     * The first byte; never NULL.
     */
    const char *ptr;
    /**
     * Its length in bytes, without the NUL.
     */
    size_t len;
} im_str;

/**
 * A list of user ids.
 */
typedef struct im_users {
    /**
     * The first id.
     */
    const uint64_t *items;
    /**
     * How many.
     */
    size_t count;
} im_users;

/**
 * A list of strings.
 */
typedef struct im_strs {
    /**
     * The first string.
     */
    const struct im_str *items;
    /**
     * How many.
     */
    size_t count;
} im_strs;

/**
 * One emoji under a message, and who added it.
 */
typedef struct im_reaction {
    /**
     * sizeof(im_reaction) of the library.
     */
    uint32_t size;
    /**
     * The emoji.
     */
    struct im_str emoji;
    /**
     * The names of those who added it.
     */
    struct im_strs names;
    /**
     * Their user ids, in the same order.
     */
    struct im_users users;
} im_reaction;

/**
 * A list of reactions.
 */
typedef struct im_reactions {
    /**
     * Pointers to the reactions.
     */
    const struct im_reaction *const *items;
    /**
     * How many.
     */
    size_t count;
} im_reactions;

/**
 * A transaction id: names a post from the call that made it to the events that answer it. Random. All zero: none.
 */
typedef struct im_txn_id {
    /**
     * The 128 bits.
     */
    uint8_t bytes[16];
} im_txn_id;

/**
 * An entry of a room: something that happened in it, with its sequence number. Fields that do not concern its kind are
 * zero or empty.
 */
typedef struct im_entry {
    /**
     * sizeof(im_entry) of the library.
     */
    uint32_t size;
    /**
     * Its kind: an im_event_kind from IM_EVENT_MESSAGE to IM_EVENT_OTHER_ENTRY.
     */
    int32_t kind;
    /**
     * The room's id.
     */
    uint64_t room;
    /**
     * Its sequence number in the room: consecutive, from 1.
     */
    uint64_t seq;
    /**
     * When the server accepted it: milliseconds since 1970-01-01T00:00:00Z.
     */
    uint64_t time;
    /**
     * The author's user id; 0: the server.
     */
    uint64_t author;
    /**
     * The author's name at that time.
     */
    struct im_str name;
    /**
     * The text, or what im_event_kind says for the kind.
     */
    struct im_str text;
    /**
     * The sequence number of the message that it answers or changes; 0: none.
     */
    uint64_t target;
    /**
     * The users named with @ in the text.
     */
    struct im_users mentions;
    /**
     * When the text last changed, in the unit of `time`; 0: never.
     */
    uint64_t edited;
    /**
     * 1: the message was deleted.
     */
    int32_t deleted;
    /**
     * 1: the reaction was added; 0: removed.
     */
    int32_t on;
    /**
     * The reactions, oldest first.
     */
    struct im_reactions reactions;
    /**
     * Why the author left: im_leave_reason.
     */
    int32_t reason;
    /**
     * The kind of the new room: im_room_kind.
     */
    int32_t room_kind;
    /**
     * The transaction id, if this client posted it.
     */
    struct im_txn_id txn_id;
    /**
     * The topic of the new room.
     */
    struct im_str topic;
    /**
     * The first members of the new room: the creator, or the two people of a private conversation, first the one who opened it.
     */
    struct im_users members;
} im_entry;

/**
 * A list of entries.
 */
typedef struct im_entries {
    /**
     * Pointers to the entries.
     */
    const struct im_entry *const *items;
    /**
     * How many.
     */
    size_t count;
} im_entries;

/**
 * A page of a room's entries, oldest first; messages are in their present state.
 */
typedef struct im_page {
    /**
     * sizeof(im_page) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more entries beyond the page, in the requested direction.
     */
    int32_t more;
    /**
     * The entries.
     */
    struct im_entries entries;
    /**
     * The first sequence number that the page covers; 0 in a backlog.
     */
    uint64_t from;
    /**
     * The last one that it covers; below `from`: none. Entries missing between the two are no longer stored or were not
     * requested.
     */
    uint64_t to;
    /**
     * The sequence number of the room's newest entry; 0 in a backlog.
     */
    uint64_t head;
} im_page;

/**
 * A page of the messages that a search has found, newest first, in their present state. There may be none although the search
 * can be continued.
 */
typedef struct im_found {
    /**
     * sizeof(im_found) of the library.
     */
    uint32_t size;
    /**
     * 1: the search can be continued; 0: everything was searched.
     */
    int32_t more;
    /**
     * The messages.
     */
    struct im_entries entries;
    /**
     * Where the search is continued: the room.
     */
    uint64_t next_room;
    /**
     * Where the search is continued: the sequence number in that room.
     */
    uint64_t next_seq;
} im_found;

/**
 * The result of a login.
 */
typedef struct im_login {
    /**
     * sizeof(im_login) of the library.
     */
    uint32_t size;
    /**
     * 1: the session was resumed; entries since the break follow.
     */
    int32_t resumed;
    /**
     * The client's user id.
     */
    uint64_t user;
    /**
     * The client's name.
     */
    struct im_str name;
    /**
     * The server's name.
     */
    struct im_str server;
    /**
     * The server's welcome text; may be empty.
     */
    struct im_str welcome;
    /**
     * How many people are online.
     */
    uint32_t people;
} im_login;

/**
 * A room, as one of its members sees it.
 */
typedef struct im_room {
    /**
     * sizeof(im_room) of the library.
     */
    uint32_t size;
    /**
     * The kind: im_room_kind.
     */
    int32_t room_kind;
    /**
     * The room's id; 1: the lobby.
     */
    uint64_t room;
    /**
     * Its name; of a private conversation, the other person's name.
     */
    struct im_str name;
    /**
     * Its topic.
     */
    struct im_str topic;
    /**
     * The sequence number of its newest entry; 0: none.
     */
    uint64_t head;
    /**
     * The sequence number up to which this member has read.
     */
    uint64_t read;
    /**
     * The other person's user id, in a private conversation; otherwise 0.
     */
    uint64_t peer;
    /**
     * How many members it has.
     */
    uint32_t members;
} im_room;

/**
 * A page of rooms, in the order of their ids.
 */
typedef struct im_rooms {
    /**
     * sizeof(im_rooms) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more rooms; continue after the last one's id.
     */
    int32_t more;
    /**
     * Pointers to the rooms.
     */
    const struct im_room *const *items;
    /**
     * How many.
     */
    size_t count;
} im_rooms;

/**
 * A person.
 */
typedef struct im_person {
    /**
     * sizeof(im_person) of the library.
     */
    uint32_t size;
    /**
     * The presence: im_presence_kind.
     */
    int32_t presence;
    /**
     * The user id.
     */
    uint64_t user;
    /**
     * The name.
     */
    struct im_str name;
    /**
     * The status text; may be empty.
     */
    struct im_str status;
    /**
     * With IM_PRESENCE_OFFLINE: why they left, im_leave_reason.
     */
    int32_t reason;
} im_person;

/**
 * Everybody who is online, or a page of them in the order of their ids.
 */
typedef struct im_people {
    /**
     * sizeof(im_people) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more people; continue after the last one's id.
     */
    int32_t more;
    /**
     * Pointers to the people.
     */
    const struct im_person *const *items;
    /**
     * How many.
     */
    size_t count;
} im_people;

/**
 * A change of somebody's presence.
 */
typedef struct im_presence {
    /**
     * sizeof(im_presence) of the library.
     */
    uint32_t size;
    /**
     * The presence before: im_presence_kind; 0: not here.
     */
    int32_t was;
    /**
     * The person, with the present state.
     */
    const struct im_person *person;
} im_presence;

/**
 * A member of a room.
 */
typedef struct im_member {
    /**
     * sizeof(im_member) of the library.
     */
    uint32_t size;
    /**
     * The presence: im_presence_kind.
     */
    int32_t presence;
    /**
     * The user id.
     */
    uint64_t user;
    /**
     * The name.
     */
    struct im_str name;
    /**
     * The sequence number up to which entries have arrived at this member.
     */
    uint64_t delivered;
    /**
     * The sequence number up to which this member has read.
     */
    uint64_t read;
} im_member;

/**
 * A page of members, in the order of their user ids.
 */
typedef struct im_members {
    /**
     * sizeof(im_members) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more members; continue after the last one's id.
     */
    int32_t more;
    /**
     * Pointers to the members.
     */
    const struct im_member *const *items;
    /**
     * How many.
     */
    size_t count;
} im_members;

/**
 * A range of entries that are no longer stored.
 */
typedef struct im_gap {
    /**
     * sizeof(im_gap) of the library.
     */
    uint32_t size;
    /**
     * The first sequence number.
     */
    uint64_t from;
    /**
     * The last sequence number.
     */
    uint64_t to;
} im_gap;

/**
 * The server's answer to a post.
 */
typedef struct im_posted {
    /**
     * sizeof(im_posted) of the library.
     */
    uint32_t size;
    /**
     * The transaction id that the posting call returned.
     */
    struct im_txn_id txn_id;
    /**
     * The entry's sequence number; 0: it was refused.
     */
    uint64_t seq;
} im_posted;

/**
 * Who is typing.
 */
typedef struct im_typing {
    /**
     * sizeof(im_typing) of the library.
     */
    uint32_t size;
    /**
     * 1: typing; 0: stopped.
     */
    int32_t on;
    /**
     * The user id.
     */
    uint64_t user;
    /**
     * The name; empty when it is not known.
     */
    struct im_str name;
} im_typing;

/**
 * How far a member has received and read.
 */
typedef struct im_receipt {
    /**
     * sizeof(im_receipt) of the library.
     */
    uint32_t size;
    /**
     * The member's user id.
     */
    uint64_t user;
    /**
     * The sequence number up to which entries have arrived at this member.
     */
    uint64_t delivered;
    /**
     * The sequence number up to which this member has read.
     */
    uint64_t read;
} im_receipt;

/**
 * A duration.
 */
typedef struct im_wait {
    /**
     * sizeof(im_wait) of the library.
     */
    uint32_t size;
    /**
     * Milliseconds.
     */
    uint32_t wait_ms;
} im_wait;

/**
 * A person or connection at a server.
 */
typedef struct im_visitor {
    /**
     * sizeof(im_visitor) of the library.
     */
    uint32_t size;
    /**
     * In IM_EVENT_PERSON_LEFT: im_leave_reason.
     */
    int32_t reason;
    /**
     * The user id.
     */
    uint64_t user;
    /**
     * The name.
     */
    struct im_str name;
    /**
     * A network address, or "local"; empty in IM_EVENT_PERSON_DETACHED and IM_EVENT_PERSON_LEFT.
     */
    struct im_str peer;
} im_visitor;

/**
 * An approval request, to be answered with im_server_resolve().
 */
typedef struct im_approval {
    /**
     * sizeof(im_approval) of the library.
     */
    uint32_t size;
    /**
     * What is requested: im_approval_kind.
     */
    int32_t approval_kind;
    /**
     * The id of the approval.
     */
    uint64_t approval;
    /**
     * The requester's user id; 0: a connection that logs in.
     */
    uint64_t user;
    /**
     * The requester's name; at a login, the requested one.
     */
    struct im_str name;
    /**
     * A network address, or "local".
     */
    struct im_str peer;
    /**
     * The sequence number of the message concerned; 0: none.
     */
    uint64_t target;
    /**
     * The topic of a new room; may be empty.
     */
    struct im_str topic;
} im_approval;

/**
 * The part of an event that depends on its kind. Read only the member that im_event_kind names for the kind.
 */
typedef union im_data {
    /**
     * An entry of a room.
     */
    const struct im_entry *entry;
    /**
     * A page of entries.
     */
    const struct im_page *page;
    /**
     * What a search has found.
     */
    const struct im_found *found;
    /**
     * The result of a login.
     */
    const struct im_login *login;
    /**
     * A room.
     */
    const struct im_room *room;
    /**
     * A page of rooms.
     */
    const struct im_rooms *rooms;
    /**
     * People.
     */
    const struct im_people *people;
    /**
     * A change of presence.
     */
    const struct im_presence *presence;
    /**
     * A page of members.
     */
    const struct im_members *members;
    /**
     * Entries that are no longer stored.
     */
    const struct im_gap *gap;
    /**
     * The answer to a post.
     */
    const struct im_posted *posted;
    /**
     * Who is typing.
     */
    const struct im_typing *typing;
    /**
     * How far a member has received and read.
     */
    const struct im_receipt *receipt;
    /**
     * A duration.
     */
    const struct im_wait *wait;
    /**
     * A person or connection at a server.
     */
    const struct im_visitor *visitor;
    /**
     * An approval request.
     */
    const struct im_approval *approval;
    /**
     * A number of things.
     */
    uint64_t count;
    /**
     * An id.
     */
    uint64_t number;
} im_data;

/**
 * An event. It and everything that it points to belong to the library and are valid until the next call of
 * im_next_event(), im_next_events() or im_free() on the same context.
 */
typedef struct im_event {
    /**
     * sizeof(im_event) of the library.
     */
    uint32_t size;
    /**
     * The kind: im_event_kind.
     */
    int32_t kind;
    /**
     * The server, client or watched descriptor that it concerns.
     */
    im_id source;
    /**
     * The number of the request that it answers; 0: none.
     */
    uint32_t request;
    /**
     * The error code: im_code; 0: none.
     */
    int32_t code;
    /**
     * The room's id; 0: none.
     */
    uint64_t room;
    /**
     * A text for people, or what im_event_kind says for the kind.
     */
    struct im_str text;
    /**
     * The part that depends on the kind.
     */
    union im_data data;
    /**
     * With a code: milliseconds after which to try again; 0: waiting does not help.
     */
    uint32_t retry_after_ms;
    /**
     * The pointer given to im_set_user() for the source; NULL: none.
     */
    void *user;
} im_event;

/**
 * What to search for with im_client_search(). Set everything that is not needed to zero; a text or an author is required.
 */
typedef struct im_search {
    /**
     * sizeof(im_search) of the program.
     */
    uint32_t size;
    /**
     * The largest number of messages; 0: as many as fit in a page.
     */
    uint32_t limit;
    /**
     * The words to be found, in any order; NULL: none. The beginning of a word is enough, except within double quotes, where whole
     * words are found in this order. Case and accents do not matter. At most 512 bytes.
     */
    const char *text;
    /**
     * Only messages by people of this name; NULL: by anybody.
     */
    const char *author;
    /**
     * Only in this room; 0: in all rooms of the client.
     */
    uint64_t room;
    /**
     * Only messages accepted at this time or later, in milliseconds since 1970-01-01T00:00:00Z.
     */
    uint64_t since;
    /**
     * Only messages accepted before this time; 0: up to now.
     */
    uint64_t until;
    /**
     * To continue a search: next_room and next_seq of its last page; 0: from the newest.
     */
    uint64_t before_room;
    /**
     * See before_room.
     */
    uint64_t before_seq;
} im_search;

/**
 * The state of a client.
 */
typedef struct im_client_state {
    /**
     * sizeof(im_client_state) of the library.
     */
    uint32_t size;
    /**
     * 1: logged in.
     */
    int32_t ready;
    /**
     * 1: it will not connect any more: after im_client_quit(), after a break without IM_OPT_RECONNECT, or when the
     * server ended the connection with a code that rules it out, such as IM_CODE_KICKED.
     */
    int32_t closed;
    /**
     * How many posts the server has not answered yet.
     */
    uint32_t unanswered;
    /**
     * Its user id; 0: never logged in.
     */
    uint64_t user;
    /**
     * Its name; empty: never logged in.
     */
    struct im_str name;
    /**
     * The server's limit for a message's text, in bytes.
     */
    uint32_t text_bytes_max;
    /**
     * The last round trip of a heartbeat, in microseconds; 0: not measured yet.
     */
    uint32_t round_trip_us;
} im_client_state;

/**
 * What a server announces about itself. Lengths are in bytes of UTF-8.
 */
typedef struct im_server_info {
    /**
     * sizeof(im_server_info) of the library.
     */
    uint32_t size;
    /**
     * The protocol version in use.
     */
    uint32_t version;
    /**
     * The server's name, as shown to people.
     */
    struct im_str name;
    /**
     * The epoch of its data: ids and sequence numbers of another epoch are void.
     */
    uint64_t epoch;
    /**
     * The names of its optional capabilities.
     */
    struct im_strs capabilities;
    /**
     * 1: it requires a passkey.
     */
    int32_t passkey;
    /**
     * How many of a room's last messages it suggests to show to a new member.
     */
    uint32_t backlog;
    /**
     * Maximum length of a frame.
     */
    uint32_t frame_bytes_max;
    /**
     * Maximum length of a message's text.
     */
    uint32_t text_bytes_max;
    /**
     * Maximum length of a person's name.
     */
    uint32_t name_bytes_max;
    /**
     * Maximum length of a room's name.
     */
    uint32_t room_name_bytes_max;
    /**
     * Maximum length of a topic.
     */
    uint32_t topic_bytes_max;
    /**
     * Maximum length of a status text.
     */
    uint32_t status_bytes_max;
    /**
     * Maximum number of rooms of one person, private conversations that they opened included, the lobby not.
     */
    uint32_t rooms_max;
    /**
     * Maximum number of unanswered posts; the client observes it by itself.
     */
    uint32_t posts_in_flight_max;
    /**
     * The sustained rate of requests; 0: no limit.
     */
    uint32_t requests_per_second;
    /**
     * The burst of requests allowed before the rate applies.
     */
    uint32_t requests_burst;
} im_server_info;

/**
 * The state of a server.
 */
typedef struct im_server_state {
    /**
     * sizeof(im_server_state) of the library.
     */
    uint32_t size;
    /**
     * 1: im_server_drain() is complete.
     */
    int32_t drained;
    /**
     * How many connections are open, logged in or not.
     */
    uint32_t connections;
    /**
     * How many people have a session, including those who are reconnecting.
     */
    uint32_t people;
    /**
     * How many rooms there are: the lobby and the public ones.
     */
    uint32_t rooms;
} im_server_state;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Attaches a pointer of the program to a server, a client or a watched descriptor; every later event of it carries the
 * pointer in im_event.user. NULL detaches it. The library never dereferences or frees it, and forgets it when the id is
 * removed.
 */
int32_t im_set_user(struct im_ctx *ctx,
                    im_id id,
                    void *user);

/**
 * Returns the library's IM_ABI. im_new() checks it against the program's. Any thread.
 */
uint32_t im_abi_version(void);

/**
 * Returns the library's version, such as "0.1.0". A static string. Any thread.
 */
const char *im_version(void);

/**
 * Returns a short description of an im_status. A static string, never NULL, for any number. Any thread.
 */
const char *im_strerror(int32_t status);

/**
 * Returns the description of the last failure on the calling thread, with names, lengths and limits; empty: none yet.
 * The string belongs to the library and is valid until the next failing call on this thread; a successful call leaves it
 * as it is.
 */
const char *im_last_error(void);

/**
 * Returns the name of an im_event_kind as im_event_encode() writes it, such as "message"; "unknown" for an unknown
 * number. A static string. Any thread.
 */
const char *im_event_kind_name(int32_t kind);

/**
 * Returns the name of an im_code, such as "name_taken"; "none" for 0, "unknown" for an unknown number. A static string.
 * Any thread.
 */
const char *im_code_name(int32_t code);

/**
 * Makes an empty configuration, in `*out`. Free it with im_config_free(). Any thread.
 */
int32_t im_config_new(struct im_config **out);

/**
 * Frees a configuration. Contexts, clients and servers made with it are unaffected. Any thread.
 */
int32_t im_config_free(struct im_config *config);

/**
 * Sets a "str" option (im_option) to a copy of `value`, a NUL-terminated string; NULL resets it to its default. The
 * value is checked when the configuration is used. Any thread. Returns IM_E_OPTION for an unknown or "int" option.
 */
int32_t im_config_set_str(struct im_config *config,
                          int32_t option,
                          const char *value);

/**
 * Sets an "int" option (im_option). The value is checked when the configuration is used. Any thread. Returns IM_E_OPTION
 * for an unknown or "str" option.
 */
int32_t im_config_set_int(struct im_config *config,
                          int32_t option,
                          int64_t value);

/**
 * Sets the log callback of a context and the most detailed level (im_log_level) that it gets; `log` NULL, the default:
 * none. `user` is passed to each call. The library itself writes no log. Any thread. Returns IM_E_RANGE if `level` is
 * not an im_log_level. A client or server cannot be made with a configuration that has a log callback (IM_E_OPTION).
 */
int32_t im_config_set_log(struct im_config *config,
                          int32_t level,
                          im_log_fn log,
                          void *user);

/**
 * Makes a context, in `*out`, that belongs to the calling thread. Free it with im_free(). Pass IM_ABI as `abi`. `config`
 * may be NULL for the defaults.
 *
 * Returns IM_E_ABI if the library is too old for the program's header, IM_E_OPTION for an option that is not a
 * context's, IM_E_RANGE for a value out of range, and IM_E_IO if the system has no descriptors or random numbers.
 */
int32_t im_new(uint32_t abi,
               const struct im_config *config,
               struct im_ctx **out);

/**
 * Frees a context with its servers, clients and events, and breaks their connections. To close in good order, complete
 * im_client_quit() and im_server_drain() first. In a child of fork() it frees only the child's memory and descriptors:
 * the parent's connections stay open, and nothing is sent.
 */
int32_t im_free(struct im_ctx *ctx);

/**
 * Runs one bounded turn of the event loop: waits up to `timeout_ms` milliseconds for work (-1: without limit, 0: not at
 * all) and does it. Does not wait while events are pending. Also returns IM_OK when a signal handler has run (EINTR).
 * Invalidates what the look-up functions of clients and servers returned.
 *
 * After each step take all events with im_next_event(): a client with 8192 pending events stops reading from its
 * connection. Returns IM_E_RANGE for a `timeout_ms` below -1, IM_E_IO if waiting fails.
 */
int32_t im_step(struct im_ctx *ctx,
                int32_t timeout_ms);

/**
 * Returns in `*out` a descriptor that is readable while a step has work to do or events are pending. Watch it with
 * poll(2), epoll(7) or another event loop; when it is readable, call im_step() with timeout 0 and take the events. It is
 * the same descriptor for the life of the context, which closes it; do nothing else with it. On systems other than Linux
 * it does not show deadlines: wait no longer than im_next_timeout() says. Returns IM_E_IO if the system has no
 * descriptors, IM_E_UNSUPPORTED on Windows.
 */
int32_t im_fd(struct im_ctx *ctx,
              int32_t *out);

/**
 * Returns in `*out` after how many milliseconds the next step is needed even without input; 0: now; -1: never. It suits
 * poll(2). With a virtual clock it is how far to im_advance().
 */
int32_t im_next_timeout(struct im_ctx *ctx,
                        int32_t *out);

/**
 * Returns the next event in `*out`, in order for each server and client; NULL: none is pending. The event and everything
 * that it points to belong to the library and are valid until the next call of im_next_event(), im_next_events() or
 * im_free().
 */
int32_t im_next_event(struct im_ctx *ctx,
                      const struct im_event **out);

/**
 * Encodes the event that im_next_event() returned last as `format` (im_format), for other languages. The result is a
 * map: `event` is the kind's name in lower case, and the other keys are the field names of this header. Fields that are
 * zero or empty are left out; fields that are 1 or 0 for yes or no are true or left out.
 *
 * `*out` gets the `*len` bytes, followed by a NUL. They belong to the library and are valid until the next call of
 * im_event_encode(), im_next_events() or im_free(). Returns IM_E_NOT_FOUND if there is no such event, IM_E_RANGE if
 * `format` is not an im_format.
 */
int32_t im_event_encode(struct im_ctx *ctx,
                        int32_t format,
                        const char **out,
                        size_t *len);

/**
 * Takes up to `max` pending events and encodes them as one array of maps, each as im_event_encode() writes it; an empty
 * array if none is pending. For languages in which a call for each event is expensive.
 *
 * `*out` gets the `*len` bytes, followed by a NUL. They belong to the library and are valid until the next call of
 * im_next_event(), im_event_encode(), im_next_events() or im_free(). Returns IM_E_RANGE if `format` is not an im_format.
 */
int32_t im_next_events(struct im_ctx *ctx,
                       int32_t format,
                       uint32_t max,
                       const char **out,
                       size_t *len);

/**
 * Advances a virtual clock by `ms` milliseconds. Timers that expire by it are handled in the next im_step(). Returns
 * IM_E_CLOCK if the context uses the system's clock.
 */
int32_t im_advance(struct im_ctx *ctx,
                   uint32_t ms);

/**
 * Watches a descriptor of the program, such as its standard input or a pipe: IM_EVENT_READABLE is reported when it is
 * readable. The library watches a duplicate; the program keeps and closes its own. `*out` gets the id, for im_remove().
 * Returns IM_E_RANGE for a negative number, IM_E_IO for a regular file or directory (always readable), for this
 * context's own im_fd() and for a descriptor that is not open, IM_E_UNSUPPORTED on Windows.
 */
int32_t im_watch(struct im_ctx *ctx,
                 int32_t fd,
                 im_id *out);

/**
 * Removes a server, a client or a watched descriptor at once: its connections break, its pending events are dropped, and
 * its id becomes invalid (IM_E_GONE). To close in good order, complete im_client_quit() or im_server_drain() first.
 */
int32_t im_remove(struct im_ctx *ctx,
                  im_id id);

/**
 * Makes a waker for a context, in `*out`, on the context's thread. Free it with im_waker_free(). It may outlive the
 * context. Returns IM_E_LIMIT if the program has 1024 wakers already.
 */
int32_t im_waker_new(struct im_ctx *ctx,
                     struct im_waker **out);

/**
 * Makes the context's im_step() return soon and its im_fd() readable. May be called from any thread and from a signal
 * handler: it is async-signal-safe (signal-safety(7)), preserves errno, and does not change im_last_error() even when it
 * fails. Several calls before the context wakes count as one. Hand over data in a queue of the program before calling
 * it. No effect once the context is freed. Returns IM_E_IO if the system refuses the write, IM_E_FORKED in a child of
 * fork().
 */
int32_t im_waker_wake(struct im_waker *waker);

/**
 * Frees a waker. May be called from any thread, but not from a signal handler.
 */
int32_t im_waker_free(struct im_waker *waker);

/**
 * Adds a client that connects to `address`, logs in, and reconnects when the connection breaks. `*out` gets its id. Its
 * progress is reported in events: IM_EVENT_CONNECTING, then IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED or
 * IM_EVENT_DISCONNECTED.
 *
 * `address` is `host`, `host:port`, `[v6]:port`, `[v6%zone]:port`, several of these separated by commas (one server's
 * addresses, tried side by side as in RFC 8305), `unix:/path`, `mem:name` for a server of the same context, or an invite
 * `im://host:port/?key=passkey`, whose passkey is used if IM_OPT_PASSKEY is not set. The default port is 7464. `config`
 * must set IM_OPT_NAME.
 *
 * Returns IM_E_ADDRESS for a malformed or unusable address, IM_E_EMPTY without a name, IM_E_OPTION for an option that is
 * not a client's or a log callback, IM_E_TOO_LONG or IM_E_RANGE for a value beyond its limits, and IM_E_IO if the
 * session file of IM_OPT_STATE_DIR cannot be opened.
 */
int32_t im_connect(struct im_ctx *ctx,
                   const char *address,
                   const struct im_config *config,
                   im_id *out);

/**
 * Logs out for good, with a reason for others to see (may be NULL; up to 200 bytes). Pending posts are delivered first,
 * if the server answers within five seconds. Completes with IM_EVENT_DISCONNECTED; the id stays valid until im_remove().
 * Returns IM_E_TOO_LONG.
 */
int32_t im_client_quit(struct im_ctx *ctx,
                       im_id client,
                       const char *reason);

/**
 * Logs in again after IM_EVENT_LOGIN_REFUSED, with another name or passkey; NULL keeps the previous one. While a first
 * login is under way, they apply to the next attempt. Returns IM_E_LOGGED_IN if the client is logged in or is resuming
 * its session, IM_E_CLOSED if it has quit, IM_E_TOO_LONG as for IM_OPT_NAME and IM_OPT_PASSKEY.
 */
int32_t im_client_login(struct im_ctx *ctx,
                        im_id client,
                        const char *name,
                        const char *passkey);

/**
 * Ends the wait before the next connection attempt; for example when the network is known to be back. No effect if the
 * client is not waiting. Returns IM_E_CLOSED if it has quit.
 */
int32_t im_client_retry_now(struct im_ctx *ctx,
                            im_id client);

/**
 * Posts a message in a room that the client is in; before the first login, in the lobby (room 1). The post goes to the
 * outbox and is delivered exactly once, now or after a reconnect. `*txn_id` (may be NULL) gets its transaction id. The
 * answer is IM_EVENT_POSTED or IM_EVENT_POST_FAILED with this id, and the entry arrives as IM_EVENT_MESSAGE with it.
 *
 * `text` is `len` bytes of UTF-8, or `len` is IM_NUL_TERMINATED. Returns IM_E_EMPTY, IM_E_TOO_LONG beyond
 * im_client_state.text_bytes_max, IM_E_TEXT for a NUL within `len`, IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL if 10000 posts
 * are unanswered, IM_E_CLOSED if the client has quit.
 */
int32_t im_client_post(struct im_ctx *ctx,
                       im_id client,
                       uint64_t room,
                       const char *text,
                       size_t len,
                       struct im_txn_id *txn_id);

/**
 * Posts a message as a reply to the one with sequence number `target`; 0: to none. Otherwise as im_client_post().
 */
int32_t im_client_reply(struct im_ctx *ctx,
                        im_id client,
                        uint64_t room,
                        uint64_t target,
                        const char *text,
                        size_t len,
                        struct im_txn_id *txn_id);

/**
 * Replaces the text of the client's own message `target`, a sequence number. Otherwise as im_client_post(); the entry is
 * IM_EVENT_EDITED.
 */
int32_t im_client_edit(struct im_ctx *ctx,
                       im_id client,
                       uint64_t room,
                       uint64_t target,
                       const char *text,
                       size_t len,
                       struct im_txn_id *txn_id);

/**
 * Deletes the client's own message `target`, a sequence number. Answered as im_client_post(); the entry is
 * IM_EVENT_DELETED. Returns IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL, IM_E_CLOSED.
 */
int32_t im_client_delete(struct im_ctx *ctx,
                         im_id client,
                         uint64_t room,
                         uint64_t target,
                         struct im_txn_id *txn_id);

/**
 * Adds a reaction to the message `target`, a sequence number, or removes the client's own one if `on` is 0. `emoji` is a
 * NUL-terminated string of up to 64 bytes. Answered as im_client_post(); the entry is IM_EVENT_REACTED. Returns
 * IM_E_EMPTY, IM_E_TOO_LONG, IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL, IM_E_CLOSED.
 */
int32_t im_client_react(struct im_ctx *ctx,
                        im_id client,
                        uint64_t room,
                        uint64_t target,
                        const char *emoji,
                        int32_t on,
                        struct im_txn_id *txn_id);

/**
 * Marks a room as read up to the sequence number `upto`. The room is notified within 250 ms; a mark made while
 * disconnected is sent with the next receipt after the login. No effect below an earlier mark. Returns IM_E_NOT_IN_ROOM.
 */
int32_t im_client_mark_read(struct im_ctx *ctx,
                            im_id client,
                            uint64_t room,
                            uint64_t upto);

/**
 * Notifies a room that the client's user is typing (`on` 1) or has stopped (0). Ephemeral: it may be lost. Repeat it
 * every few seconds while it lasts. Returns IM_E_NOT_READY, IM_E_NOT_IN_ROOM.
 */
int32_t im_client_typing(struct im_ctx *ctx,
                         im_id client,
                         uint64_t room,
                         int32_t on);

/**
 * Sets the presence, online (`away` 0) or away (1), and the status text (may be NULL). Like all requests below, it needs
 * a login (IM_E_NOT_READY otherwise), puts its number in `*request` (may be NULL), and is answered by one event with
 * this number: IM_EVENT_DONE or IM_EVENT_FAILED. Returns IM_E_TOO_LONG beyond im_server_info.status_bytes_max.
 */
int32_t im_client_set_status(struct im_ctx *ctx,
                             im_id client,
                             int32_t away,
                             const char *status,
                             uint32_t *request);

/**
 * Creates a room, with a topic (may be NULL), and enters it. IM_EVENT_DONE has its id. Returns IM_E_EMPTY or
 * IM_E_TOO_LONG for the name, IM_E_TOO_LONG for the topic.
 */
int32_t im_client_create_room(struct im_ctx *ctx,
                              im_id client,
                              const char *name,
                              const char *topic,
                              uint32_t *request);

/**
 * Enters a room by its name. IM_EVENT_DONE has its id. Returns IM_E_EMPTY, IM_E_TOO_LONG.
 */
int32_t im_client_join(struct im_ctx *ctx, im_id client, const char *name, uint32_t *request);

/**
 * Leaves a room. Returns IM_E_NOT_IN_ROOM.
 */
int32_t im_client_leave(struct im_ctx *ctx, im_id client, uint64_t room, uint32_t *request);

/**
 * Sets a room's topic; NULL or empty: no topic. Returns IM_E_NOT_IN_ROOM, IM_E_TOO_LONG.
 */
int32_t im_client_set_topic(struct im_ctx *ctx,
                            im_id client,
                            uint64_t room,
                            const char *topic,
                            uint32_t *request);

/**
 * Opens the private conversation with a person, by name. IM_EVENT_DONE has its id, which is used like a room's. Returns
 * IM_E_EMPTY, IM_E_TOO_LONG.
 */
int32_t im_client_direct(struct im_ctx *ctx,
                         im_id client,
                         const char *name,
                         uint32_t *request);

/**
 * Requests the last `limit` messages of a room (0: as many as fit in a page) before the sequence number `before` (0: the
 * newest). Answered by IM_EVENT_HISTORY or IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM.
 */
int32_t im_client_history(struct im_ctx *ctx,
                          im_id client,
                          uint64_t room,
                          uint64_t before,
                          uint32_t limit,
                          uint32_t *request);

/**
 * Requests up to `limit` entries of a room (0: as many as fit in a page) with sequence numbers above `after` (0: from
 * the first) and below `before` (0: to the newest). `flags` is 0 or a combination of im_fetch, with IM_FETCH_SINCE
 * `after` is a time. Answered by
 * IM_EVENT_HISTORY or IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM, IM_E_RANGE for an unknown flag.
 */
int32_t im_client_fetch(struct im_ctx *ctx,
                        im_id client,
                        uint64_t room,
                        uint64_t after,
                        uint64_t before,
                        uint32_t limit,
                        int32_t flags,
                        uint32_t *request);

/**
 * Searches the messages of one or all rooms that the client is in, newest first. The program sets search->size to
 * sizeof(im_search); what `search` points to is read during the call only. Answered by IM_EVENT_FOUND or IM_EVENT_FAILED;
 * the latter with IM_CODE_INVALID if there is neither a word nor an author, and with IM_CODE_TIMED_OUT if the search takes
 * the server too long. Returns IM_E_NOT_IN_ROOM, IM_E_TOO_LONG for the text or the author, IM_E_RANGE for the size.
 */
int32_t im_client_search(struct im_ctx *ctx,
                         im_id client,
                         const struct im_search *search,
                         uint32_t *request);

/**
 * Requests a page of the public rooms with ids above `after`; 0: from the first. Answered by IM_EVENT_ROOMS or
 * IM_EVENT_FAILED.
 */
int32_t im_client_list_rooms(struct im_ctx *ctx,
                             im_id client,
                             uint64_t after,
                             uint32_t *request);

/**
 * Requests a page of the people online with user ids above `after`; 0: from the first. Of use after
 * IM_EVENT_PEOPLE_COUNT, when there are too many to report each. Answered by IM_EVENT_USERS or IM_EVENT_FAILED.
 */
int32_t im_client_list_users(struct im_ctx *ctx,
                             im_id client,
                             uint64_t after,
                             uint32_t *request);

/**
 * Requests a page of a room's members with user ids above `after`; 0: from the first. Answered by IM_EVENT_MEMBERS or
 * IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM.
 */
int32_t im_client_list_members(struct im_ctx *ctx,
                               im_id client,
                               uint64_t room,
                               uint64_t after,
                               uint32_t *request);

/**
 * Returns a client's state in `*out`. It is a snapshot that belongs to the library, valid until the next im_step() or
 * im_free().
 */
int32_t im_client_look(struct im_ctx *ctx,
                       im_id client,
                       const struct im_client_state **out);

/**
 * Returns in `*out` what another client needs to go on where this one is now, after the program has ended, as JSON for
 * IM_OPT_SNAPSHOT: the session, how far each room was delivered, and the posts that were not answered. A post is in it as soon as
 * im_client_post() has returned: a program that stores a snapshot before its next im_step() loses none, and none is delivered
 * twice. The client need not be logged in. It contains the session's token: keep it secret. Valid until the next im_step() or im_free(). Returns IM_E_NOT_READY while
 * events of this client wait in im_next_event(): they would be lost. After im_connect() one waits, IM_EVENT_CONNECTING.
 */
int32_t im_client_snapshot(struct im_ctx *ctx,
                           im_id client,
                           struct im_str *out);

/**
 * Returns in `*out` the room with the lowest id above `after` among those that the client is in; 0: the first. NULL: no
 * more. Valid until the next im_step() or im_free().
 */
int32_t im_client_next_room(struct im_ctx *ctx,
                            im_id client,
                            uint64_t after,
                            const struct im_room **out);

/**
 * Returns in `*out` the person with the lowest user id above `after` among those online, as far as the server reports
 * them (im_client_list_users() lists all); 0: the first. NULL: no more. Valid until the next im_step() or im_free().
 */
int32_t im_client_next_person(struct im_ctx *ctx,
                              im_id client,
                              uint64_t after,
                              const struct im_person **out);

/**
 * Returns in `*out` the room `id`, if the client is in it; otherwise NULL. Valid until the next im_step() or im_free().
 */
int32_t im_client_room(struct im_ctx *ctx,
                       im_id client,
                       uint64_t id,
                       const struct im_room **out);

/**
 * Returns in `*out` the person with user id `id`, if online and reported by the server; otherwise NULL. Valid until the
 * next im_step() or im_free().
 */
int32_t im_client_person(struct im_ctx *ctx,
                         im_id client,
                         uint64_t id,
                         const struct im_person **out);

/**
 * Returns in `*out` what the server announced about itself at the last connection; NULL: not connected yet. Valid until
 * the next im_step() or im_free().
 */
int32_t im_client_server(struct im_ctx *ctx,
                         im_id client,
                         const struct im_server_info **out);

/**
 * Adds a server that keeps its data in memory, or in the directory IM_OPT_DATA. `*out` gets its id. `config` may be NULL: an
 * open server with default limits. It accepts connections after im_listen(). Returns IM_E_OPTION for an option that is not
 * a server's or a log callback, IM_E_TOO_LONG or IM_E_RANGE for a value beyond its limits, IM_E_EMPTY or IM_E_TEXT for
 * the name of the lobby or the directory. With a directory it reads the data before it returns, and starts two threads,
 * which end with the server; it returns IM_E_IN_USE if another server has the directory open, IM_E_IO if the data cannot be
 * read or written, is damaged or of a later version, and IM_E_UNSUPPORTED if the library was built without it.
 */
int32_t im_serve(struct im_ctx *ctx,
                 const struct im_config *config,
                 im_id *out);

/**
 * Starts accepting connections at an address, in addition to earlier ones: `ip:port`, `[v6]:port`, `unix:/path`, or
 * `mem:name` for clients of the same context. `*bound` (may be NULL) gets the actual address, with the port that the
 * system chose for port 0; valid until the next im_step() or im_free(). Returns IM_E_ADDRESS, IM_E_IN_USE, IM_E_IO (for
 * example, no permission), IM_E_UNSUPPORTED for a unix socket where there are none, IM_E_CLOSED after im_server_drain().
 */
int32_t im_listen(struct im_ctx *ctx,
                  im_id server,
                  const char *address,
                  struct im_str *bound);

/**
 * Sets a string option of a running server: IM_OPT_PASSKEY (NULL: none; people who are logged in stay) or
 * IM_OPT_WELCOME. Returns IM_E_OPTION for any other, IM_E_TOO_LONG.
 */
int32_t im_server_set_str(struct im_ctx *ctx, im_id server, int32_t option, const char *value);

/**
 * Answers the approval request `approval` (data.approval.approval of IM_EVENT_APPROVAL). `grant` 1: the request is
 * carried out, if the rules still allow it. 0: it is refused with this reason (may be NULL; up to 200 bytes). A request
 * that is not resolved within 20 s is refused with IM_CODE_TIMED_OUT. Until then the server reads nothing more from that
 * connection. Returns IM_E_GONE if the request is no longer open, IM_E_TOO_LONG.
 */
int32_t im_server_resolve(struct im_ctx *ctx,
                          im_id server,
                          uint64_t approval,
                          int32_t grant,
                          const char *reason);

/**
 * Removes a person from the server at once, by name, with a reason that everybody sees (may be NULL; up to 200 bytes).
 * Their session ends. Returns IM_E_NOT_FOUND, IM_E_TOO_LONG.
 */
int32_t im_server_kick(struct im_ctx *ctx,
                       im_id server,
                       const char *name,
                       const char *reason);

/**
 * As im_server_kick(), by user id.
 */
int32_t im_server_kick_user(struct im_ctx *ctx, im_id server, uint64_t user, const char *reason);

/**
 * Removes a person from a room, with a reason (may be NULL; up to 200 bytes). They may enter it again, unless the
 * program refuses it (IM_OPT_APPROVE_JOINS). Returns IM_E_NOT_FOUND if there is no such room or member, IM_E_NOT_IN_ROOM
 * for the lobby and private conversations, IM_E_TOO_LONG.
 */
int32_t im_server_remove_member(struct im_ctx *ctx,
                                im_id server,
                                uint64_t room,
                                uint64_t user,
                                const char *reason);

/**
 * Deletes a room with its history, with a reason for its members (may be NULL; up to 200 bytes). Its name becomes free.
 * Returns IM_E_NOT_FOUND, IM_E_NOT_IN_ROOM for the lobby and private conversations, IM_E_TOO_LONG.
 */
int32_t im_server_close_room(struct im_ctx *ctx,
                             im_id server,
                             uint64_t room,
                             const char *reason);

/**
 * Posts a message in a room in the server's name, with author 0. `text` and `len` as for im_client_post(). Returns
 * IM_E_EMPTY, IM_E_TOO_LONG beyond IM_OPT_TEXT_BYTES_MAX, IM_E_TEXT, IM_E_NOT_FOUND, IM_E_CLOSED after
 * im_server_drain().
 */
int32_t im_server_post(struct im_ctx *ctx,
                       im_id server,
                       uint64_t room,
                       const char *text,
                       size_t len);

/**
 * Deletes anybody's message `target`, a sequence number: its text is removed for everybody. No effect if there is no
 * such message. Returns IM_E_NOT_FOUND if there is no such room, IM_E_CLOSED after im_server_drain().
 */
int32_t im_server_delete(struct im_ctx *ctx,
                         im_id server,
                         uint64_t room,
                         uint64_t target);

/**
 * Sends an announcement to everybody who is online (IM_EVENT_NOTICE). It is not stored. Returns IM_E_EMPTY,
 * IM_E_TOO_LONG beyond IM_OPT_TEXT_BYTES_MAX, IM_E_CLOSED after im_server_drain().
 */
int32_t im_server_broadcast(struct im_ctx *ctx, im_id server, const char *message);

/**
 * Sets an integer option of a running server: IM_OPT_BACKLOG, IM_OPT_RESUME_MS, IM_OPT_CONNECTIONS_MAX,
 * IM_OPT_PEOPLE_MAX, IM_OPT_ROOMS_MAX, IM_OPT_TEXT_BYTES_MAX, IM_OPT_REQUESTS_PER_SECOND, IM_OPT_REQUESTS_BURST or one
 * of IM_OPT_APPROVE_*. It takes effect at once; a lower maximum removes nobody. Returns IM_E_OPTION for any other,
 * IM_E_RANGE.
 */
int32_t im_server_set_int(struct im_ctx *ctx,
                          im_id server,
                          int32_t option,
                          int64_t value);

/**
 * Stops accepting connections at `address`, as im_listen() returned it in `*bound`; NULL: at all addresses. Open
 * connections stay. Returns IM_E_NOT_FOUND if the server does not listen there, IM_E_ADDRESS.
 */
int32_t im_unlisten(struct im_ctx *ctx,
                    im_id server,
                    const char *address);

/**
 * Starts an orderly shutdown: new connections are refused, accepted posts are stored and answered, then everybody is
 * notified and disconnected. Completes with IM_EVENT_DRAINED, within ten seconds. No effect when repeated.
 */
int32_t im_server_drain(struct im_ctx *ctx,
                        im_id server);

/**
 * Returns a server's state in `*out`. It is a snapshot that belongs to the library, valid until the next im_step() or
 * im_free().
 */
int32_t im_server_look(struct im_ctx *ctx,
                       im_id server,
                       const struct im_server_state **out);

/**
 * Returns in `*out` the person with the lowest user id above `after` among those who have a session; 0: the first. NULL:
 * no more. Valid until the next im_step() or im_free().
 */
int32_t im_server_next_person(struct im_ctx *ctx,
                              im_id server,
                              uint64_t after,
                              const struct im_person **out);

/**
 * Returns in `*out` the room with the lowest id above `after` among the lobby and the public rooms; 0: the first. NULL:
 * no more. Valid until the next im_step() or im_free().
 */
int32_t im_server_next_room(struct im_ctx *ctx,
                            im_id server,
                            uint64_t after,
                            const struct im_room **out);

/**
 * Returns in `*out` the member with the lowest user id above `after` of a room; 0: the first. NULL: no more, or no such
 * room. Valid until the next im_step() or im_free().
 */
int32_t im_server_next_member(struct im_ctx *ctx,
                              im_id server,
                              uint64_t room,
                              uint64_t after,
                              const struct im_member **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* IM_H */
