/**
 * @file im.h
 * libim: private chat inside your own program. The C interface. Generated from libim/src/ffi; do not edit.
 *
 * In short
 *
 *   A context (im_ctx) is one event loop with any number of servers and clients. im_step() runs it, im_next_event() says what
 *   happened, everything else asks for something. Nothing blocks but im_step(), and that as long as you say; nothing is called
 *   back. The guide with whole programs is docs/embedding.md.
 *
 * Status
 *
 *   Every function that can fail returns an int32_t: IM_OK (0) or a negative im_status. im_last_error() has the words. When a
 *   function fails it has done nothing and written nothing to its out pointers. What can only be known later comes as an event
 *   that has the request's number.
 *
 * Handles and ids
 *
 *   im_ctx, im_config and im_waker are handles in the shape of pointers: never look through them. Servers, clients and watched
 *   descriptors are im_id numbers. None is ever used again: a freed or removed one is IM_E_GONE, one that never was is
 *   IM_E_HANDLE, NULL is IM_E_NULL. Pointers to data (strings, out places) must be NULL or valid.
 *
 * Threads
 *
 *   A context belongs to the thread that made it; on others its functions return IM_E_THREAD. im_config, im_waker and the
 *   functions of the library itself may be used from any thread. Several contexts may live in one or many threads.
 *   A thread that ends frees its contexts.
 *
 * Strings
 *
 *   In: UTF-8, copied during the call. Out: im_str, UTF-8 with its length and a NUL after it, the library's. What people
 *   wrote may contain any character but NUL: sanitize control characters before a terminal.
 *
 * Growth
 *
 *   Structures are made by the library and start with their size as the library knows it: read a field that came later than
 *   your first library only if the size reaches over it. Numbers in im_event.kind, im_code and the like may be ones that you
 *   do not know.
 *
 * The host is left alone
 *
 *   No signal handler, no SIGPIPE, no output, no global logger, no exit; no thread with IM_OPT_WORKERS 0, and otherwise only while
 *   a host name is looked up. A failure inside the library (IM_E_PANIC) does not unwind into the program; Rust then writes one
 *   line about it to stderr.
 *
 * The functions
 *
 *   library         im_abi_version im_version im_strerror im_last_error im_event_kind_name im_code_name
 *   settings        im_config_new _free _set_str _set_int _set_log
 *   context         im_new im_free im_step im_fd im_next_timeout im_advance im_watch im_set_user im_remove,
 *                   im_waker_new _wake _free
 *   events          im_next_event im_event_encode im_next_events
 *   client          im_connect, im_client_quit _login _retry_now
 *   saying things   im_client_post _reply _edit _delete _react _mark_read _typing
 *   requests        im_client_set_status _create_room _join _leave _set_topic _direct _history _fetch
 *                   _list_rooms _list_users _list_members
 *   what it knows   im_client_look _server _room _person _next_room _next_person
 *   server          im_serve im_listen im_unlisten, im_server_set_str _set_int _decide _kick _kick_user _remove_member _close_room
 *                   _post _delete _broadcast _drain _look _next_person _next_room _next_member
 */

#ifndef IM_H
#define IM_H

#include <stddef.h>
#include <stdint.h>
/** As the length of a text: it ends at its first NUL. */
#define IM_NUL_TERMINATED ((size_t)-1)


/**
 * The generation of the interface in the upper 16 bits, its revision in the lower. A program runs with every library of its
 * header's generation and of the same or a later revision.
 */
#define IM_ABI 1

/**
 * What a function returns: IM_OK, or a negative number that says why nothing was done. Numbers are never reused. The words
 * for one particular failure, with names and limits, are in im_last_error().
 */
enum im_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    IM_OK = 0,
    /**
     * A pointer that must be given is NULL.
     */
    IM_E_NULL = -1,
    /**
     * Not a handle or an id that this library gave out, one of another kind, or one of another context.
     */
    IM_E_HANDLE = -2,
    /**
     * The handle or the id was valid once: it has been freed or removed.
     */
    IM_E_GONE = -3,
    /**
     * A context is used on another thread than the one that made it.
     */
    IM_E_THREAD = -4,
    /**
     * A context is used from within a callback that it has called.
     */
    IM_E_REENTRANT = -5,
    /**
     * The library has failed inside; the context can only be freed. Please report it.
     */
    IM_E_PANIC = -6,
    /**
     * A string is not UTF-8.
     */
    IM_E_UTF8 = -7,
    /**
     * A text has a character that it may not have, such as a NUL within its length.
     */
    IM_E_TEXT = -8,
    /**
     * A number is out of its range.
     */
    IM_E_RANGE = -9,
    /**
     * A text is longer than a limit.
     */
    IM_E_TOO_LONG = -10,
    /**
     * A text has nothing in it.
     */
    IM_E_EMPTY = -11,
    /**
     * No such option, an option of another type, or one that does not go with what is being made.
     */
    IM_E_OPTION = -12,
    /**
     * An address that cannot be understood, or that cannot be reached by this context.
     */
    IM_E_ADDRESS = -13,
    /**
     * The system refused something.
     */
    IM_E_IO = -14,
    /**
     * The address to listen at is in use.
     */
    IM_E_IN_USE = -15,
    /**
     * The client is not logged in at the moment, which this request needs.
     */
    IM_E_NOT_READY = -16,
    /**
     * The client is not in that room.
     */
    IM_E_NOT_IN_ROOM = -17,
    /**
     * Too many posts wait for the server already.
     */
    IM_E_OUTBOX_FULL = -18,
    /**
     * The client has quit, or the server has been drained.
     */
    IM_E_CLOSED = -19,
    /**
     * Nobody and nothing of that name is there.
     */
    IM_E_NOT_FOUND = -20,
    /**
     * It needs the other kind of clock than this context has.
     */
    IM_E_CLOCK = -21,
    /**
     * This system cannot do that.
     */
    IM_E_UNSUPPORTED = -22,
    /**
     * The program was compiled against a header that is newer than this library, or of another generation.
     */
    IM_E_ABI = -23,
    /**
     * A child of fork() uses what its parent has made: there it can only be freed. See docs/embedding.md.
     */
    IM_E_FORKED = -24,
    /**
     * There are as many of these as there may be at once.
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
 * What an event tells. The comment names the fields of im_event that it fills besides kind and source, and the member of
 * its data. Ignore kinds that you do not know: later libraries have more.
 */
enum im_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Client: a try to connect begins. data.count: which try since the last success, from 1.
     */
    IM_EVENT_CONNECTING = 1,
    /**
     * Client: it is in. Its rooms follow, each as IM_EVENT_ROOM_ENTERED. data.login.
     */
    IM_EVENT_LOGGED_IN = 2,
    /**
     * Client: the login was refused. code, text, retry_after_ms. data.wait: when the client tries again by itself, which it does
     * when it had been in before and the reason can pass (its name is held, the server is full); NULL: it waits for
     * im_client_login().
     */
    IM_EVENT_LOGIN_REFUSED = 3,
    /**
     * Client: the connection is gone or did not come to be. code (0: the server said nothing), text. data.wait: when the
     * next try begins; NULL: there is none, the client is closed.
     */
    IM_EVENT_DISCONNECTED = 4,
    /**
     * Client: it is in this room, just now or again after a login. room; data.room.
     */
    IM_EVENT_ROOM_ENTERED = 5,
    /**
     * Client: it is no longer in this room. room, text (empty after its own leave).
     */
    IM_EVENT_ROOM_EXITED = 6,
    /**
     * Client: a room has another id from now on. room: the old one; data.number: the new one. The lobby keeps its id; that it is
     * told of means that the server has lost its data, and that places of before mean nothing.
     */
    IM_EVENT_ROOM_RENUMBERED = 7,
    /**
     * Client: the last messages before it came to this room, before the room's first entry. room; data.page.
     */
    IM_EVENT_BACKLOG = 8,
    /**
     * Client: these entries were made but are no longer kept. room; data.gap.
     */
    IM_EVENT_MISSED = 9,
    /**
     * Client: the server keeps what was posted; the entry itself comes in its turn. room; data.posted.
     */
    IM_EVENT_POSTED = 10,
    /**
     * Client: the server refused what was posted; it is not tried again. room, code, text, retry_after_ms; data.posted with seq 0.
     */
    IM_EVENT_POST_FAILED = 11,
    /**
     * Client: everybody who is there. Replaces what was known before. data.people.
     */
    IM_EVENT_PEOPLE = 12,
    /**
     * Client: somebody came, went or changed. data.presence.
     */
    IM_EVENT_PRESENCE = 13,
    /**
     * Client: how many people are there; they are too many to be told one by one. data.count.
     */
    IM_EVENT_PEOPLE_COUNT = 14,
    /**
     * Client: somebody types or has stopped. room; data.typing.
     */
    IM_EVENT_TYPING = 15,
    /**
     * Client: up to where a member has received and read. room; data.receipt.
     */
    IM_EVENT_RECEIPT = 16,
    /**
     * Client: a request is carried out. request, room (where it made, entered, opened or left one).
     */
    IM_EVENT_DONE = 17,
    /**
     * Client: a request was refused, or the connection broke before its answer. request, code (0: it broke), text,
     * retry_after_ms.
     */
    IM_EVENT_FAILED = 18,
    /**
     * Client: a page of history that was asked for. request, room; data.page.
     */
    IM_EVENT_HISTORY = 19,
    /**
     * Client: a page of rooms that was asked for. request; data.rooms.
     */
    IM_EVENT_ROOMS = 20,
    /**
     * Client: a page of members that was asked for. request, room; data.members.
     */
    IM_EVENT_MEMBERS = 21,
    /**
     * Client: a word from the server's operator to everybody. text.
     */
    IM_EVENT_NOTICE = 22,
    /**
     * Client: the server reads this client more slowly for a while; nothing is lost. text; data.wait.
     */
    IM_EVENT_THROTTLED = 23,
    /**
     * Client: a page of people that was asked for. request; data.people.
     */
    IM_EVENT_USERS = 24,
    /**
     * Client, and an observed server: somebody said something. room, text; data.entry. So are the next eight: entries of a
     * room, each exactly once and in the room's order.
     */
    IM_EVENT_MESSAGE = 40,
    /**
     * The author gave a message another text. data.entry: target, text.
     */
    IM_EVENT_EDITED = 41,
    /**
     * The author took a message back. data.entry: target.
     */
    IM_EVENT_DELETED = 42,
    /**
     * Somebody added a reaction to a message or took it away. data.entry: target, text (the emoji), on.
     */
    IM_EVENT_REACTED = 43,
    /**
     * The room came to be. data.entry: text (its name), room_kind.
     */
    IM_EVENT_ROOM_CREATED = 44,
    /**
     * The author entered. data.entry.
     */
    IM_EVENT_JOINED = 45,
    /**
     * The author left. data.entry: reason, text (their or the operator's words).
     */
    IM_EVENT_LEFT = 46,
    /**
     * The author set the topic. data.entry: text.
     */
    IM_EVENT_TOPIC = 47,
    /**
     * Something of a later protocol; it counts in the order all the same. data.entry.
     */
    IM_EVENT_OTHER_ENTRY = 48,
    /**
     * Server: somebody logged in. data.visitor. This and the next five are left out while 8192 events wait to be taken.
     * Entries of an observed server never are: it reads no more until they are taken.
     */
    IM_EVENT_PERSON_ENTERED = 60,
    /**
     * Server: somebody's connection broke; their session waits for them. text; data.visitor.
     */
    IM_EVENT_PERSON_DETACHED = 61,
    /**
     * Server: somebody took up their session again. data.visitor.
     */
    IM_EVENT_PERSON_RESUMED = 62,
    /**
     * Server: somebody is gone for good. text; data.visitor with reason.
     */
    IM_EVENT_PERSON_LEFT = 63,
    /**
     * Server: a connection was refused or ended by the server. code, text; data.visitor with peer alone.
     */
    IM_EVENT_REFUSED = 64,
    /**
     * Server: the store could not keep something; its sender was told. text.
     */
    IM_EVENT_STORE_FAILED = 65,
    /**
     * Server: all is said and every connection closed, after im_server_drain().
     */
    IM_EVENT_DRAINED = 66,
    /**
     * Server: it cannot accept connections for the moment, for want of descriptors or memory; it goes on by itself. text.
     */
    IM_EVENT_ACCEPT_PAUSED = 67,
    /**
     * Server: somebody waits for im_server_resolve(). Never left out. room, text; data.approval.
     */
    IM_EVENT_APPROVAL = 68,
    /**
     * A descriptor given to im_watch() has something to read, or has ended. Read until there is nothing more (EAGAIN): it is told
     * again only when more arrives.
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
 * What can be set in an im_config. "str" options are set with im_config_set_str(), where NULL takes the option back to its
 * default, "int" options with im_config_set_int(). Unless said otherwise the default is what most programs want.
 */
enum im_option
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Context, int: where all its randomness comes from, so that it can be repeated. For tests: whoever knows the seed
     * can take up its sessions. Default: the system's randomness.
     */
    IM_OPT_SEED = 1,
    /**
     * Context, int: 1: time passes only by im_advance(), only mem: addresses are known, and with IM_OPT_SEED the same
     * calls bring the same events, byte for byte. Default 0.
     */
    IM_OPT_VIRTUAL_CLOCK = 2,
    /**
     * Context, int, 0 or 1: threads that it may start by itself. With 0 servers are named by numeric address; host names
     * (except localhost) are IM_E_ADDRESS then, since looking one up needs a thread. Default 1.
     */
    IM_OPT_WORKERS = 3,
    /**
     * Client or server, str, up to 256 bytes: the client's name (the server may take fewer), or the server's as shown to people.
     */
    IM_OPT_NAME = 20,
    /**
     * Client or server, str, up to 128 bytes: the passkey to give or to ask for. Default: none, and the server lets anybody in.
     */
    IM_OPT_PASSKEY = 21,
    /**
     * Client or server, int, 0 to 200: how many of a room's last messages a newcomer gets. Default 50 at the server, and
     * for the client what the server suggests.
     */
    IM_OPT_BACKLOG = 22,
    /**
     * Client, str, up to 64 bytes: the program's name and version, for the server's logs.
     */
    IM_OPT_AGENT = 40,
    /**
     * Client, int, 0 or 1: whether to keep the list of people who are there. Default 1.
     */
    IM_OPT_ROSTER = 41,
    /**
     * Client, int, 0 or 1: whether to come back by itself when the connection breaks. Default 1.
     */
    IM_OPT_RECONNECT = 42,
    /**
     * Client, int, 10 or more: milliseconds before the first try to come back; it doubles with every failure. Not above
     * IM_OPT_RETRY_MAX_MS. Default 500.
     */
    IM_OPT_RETRY_MIN_MS = 43,
    /**
     * Client, int, 10 or more: the longest wait between tries, in milliseconds, also where the server wishes a longer one. Default
     * 30000.
     */
    IM_OPT_RETRY_MAX_MS = 44,
    /**
     * Client, int, 0 or 1: whether to tell rooms up to where entries have arrived here. Default 1.
     */
    IM_OPT_RECEIPTS = 45,
    /**
     * Client, str, up to 4096 bytes: a directory in which the session is kept, in a file that only its owner may read, so that the
     * client comes back as the same person at once when its program ended without quitting. "": where programs of this user keep
     * their state ($XDG_STATE_HOME/im or ~/.local/state/im; %LOCALAPPDATA%\\im). The file is locked while the client lives: a second
     * one with the same name and address logs in by name. It is removed when the client quits. Default: none, and such a name is
     * held until the server ends the session (IM_OPT_RESUME_MS).
     */
    IM_OPT_STATE_DIR = 46,
    /**
     * Server, str, up to 4096 bytes: a word to people who come in.
     */
    IM_OPT_WELCOME = 60,
    /**
     * Server, str, 1 to 64 bytes: the name of the room that everybody is in. Default "lobby".
     */
    IM_OPT_LOBBY = 61,
    /**
     * Server, int: milliseconds that a broken connection's session waits for its client to come back. Default 60000.
     */
    IM_OPT_RESUME_MS = 62,
    /**
     * Server, int: connections at once. Default 20000.
     */
    IM_OPT_CONNECTIONS_MAX = 63,
    /**
     * Server, int: people at once. Default 20000.
     */
    IM_OPT_PEOPLE_MAX = 64,
    /**
     * Server, int: rooms at once. Default 1000.
     */
    IM_OPT_ROOMS_MAX = 65,
    /**
     * Server, int: bytes of a connection's outgoing queue before entries are dropped and marked as a gap. Default 1 MiB.
     */
    IM_OPT_QUEUE_BYTES_MAX = 66,
    /**
     * Server, int: entries of one room that are kept. Default 10000.
     */
    IM_OPT_HISTORY_MAX = 67,
    /**
     * Server, int: bytes of all rooms together that are kept. Default 64 MiB.
     */
    IM_OPT_HISTORY_BYTES_MAX = 68,
    /**
     * Server, int, up to 65536: bytes of a message's text. Default 16384.
     */
    IM_OPT_TEXT_BYTES_MAX = 69,
    /**
     * Server, int: requests per second that a connection may make for long; beyond, it is read more slowly. 0: no limit.
     * Default 50.
     */
    IM_OPT_REQUESTS_PER_SECOND = 70,
    /**
     * Server, int: requests that a connection may make at once before that rate counts. Default 500.
     */
    IM_OPT_REQUESTS_BURST = 71,
    /**
     * Server, int, 0 or 1: whether it tells the program every entry that it keeps, private conversations included. Default 0.
     */
    IM_OPT_OBSERVE = 72,
    /**
     * Server, int, 0 or 1: whether the program decides about everything that the next nine name; each of them can be set apart.
     * Default 0. See im_server_resolve().
     */
    IM_OPT_APPROVE_ALL = 79,
    /**
     * Server, int, 0 or 1: whether the program decides about logins by name.
     */
    IM_OPT_APPROVE_LOGINS = 80,
    /**
     * Server, int, 0 or 1: whether the program decides about messages and their edits.
     */
    IM_OPT_APPROVE_POSTS = 81,
    /**
     * Server, int, 0 or 1: whether the program decides about making rooms.
     */
    IM_OPT_APPROVE_CREATES = 82,
    /**
     * Server, int, 0 or 1: whether the program decides about entering rooms.
     */
    IM_OPT_APPROVE_JOINS = 83,
    /**
     * Server, int, 0 or 1: whether the program decides about opening private conversations.
     */
    IM_OPT_APPROVE_DIRECTS = 84,
    /**
     * Server, int, 0 or 1: whether the program decides about taking messages back.
     */
    IM_OPT_APPROVE_DELETES = 85,
    /**
     * Server, int, 0 or 1: whether the program decides about adding reactions.
     */
    IM_OPT_APPROVE_REACTIONS = 86,
    /**
     * Server, int, 0 or 1: whether the program decides about topics.
     */
    IM_OPT_APPROVE_TOPICS = 87,
    /**
     * Server, int, 0 or 1: whether the program decides about presence and status texts.
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
 * What somebody wants to do, in data.approval.
 */
enum im_approval_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * To log in; the passkey and the name are in order.
     */
    IM_APPROVAL_LOG_IN = 1,
    /**
     * To say something. text: what.
     */
    IM_APPROVAL_POST = 2,
    /**
     * To give a message another text. text: which.
     */
    IM_APPROVAL_EDIT = 3,
    /**
     * To make a room. text: its name; data.approval: topic.
     */
    IM_APPROVAL_CREATE_ROOM = 4,
    /**
     * To enter a room. text: its name.
     */
    IM_APPROVAL_JOIN = 5,
    /**
     * To open a private conversation. text: with whom.
     */
    IM_APPROVAL_DIRECT = 6,
    /**
     * To take back a message of theirs. data.approval: target.
     */
    IM_APPROVAL_DELETE = 7,
    /**
     * To add a reaction. text: which; data.approval: target.
     */
    IM_APPROVAL_REACT = 8,
    /**
     * To set a room's topic. text: which; may be empty.
     */
    IM_APPROVAL_SET_TOPIC = 9,
    /**
     * To have a status. text: which; may be empty.
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
 * Which entries im_client_fetch() asks for: any of these together.
 */
enum im_fetch
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Begin after the lower end and go up; otherwise before the upper end and go down.
     */
    IM_FETCH_UPWARD = 1,
    /**
     * Messages alone, each in its present state; otherwise every kind of entry.
     */
    IM_FETCH_MESSAGES = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum im_fetch im_fetch;
#else
typedef int32_t im_fetch;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How events are written for other languages.
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
     * MessagePack, maps with string keys.
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
 * How much im_config_set_log() is told.
 */
enum im_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * What does not work as it should: the store, accepting.
     */
    IM_LOG_ERROR = 1,
    /**
     * Also calls that failed, with the words of im_last_error().
     */
    IM_LOG_WARN = 2,
    /**
     * Also who connects, comes and goes.
     */
    IM_LOG_INFO = 3,
    /**
     * Also every other event, as JSON.
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
 * Why a server refused something or ended a connection. 0: it gave no reason.
 */
enum im_code
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A frame cannot be understood, and the connection ends; or a field of a request is wrong.
     */
    IM_CODE_MALFORMED = 1,
    /**
     * A length beyond a limit. The text names the limit and its value.
     */
    IM_CODE_TOO_LARGE = 2,
    /**
     * The two sides have no protocol version in common; the connection ends.
     */
    IM_CODE_VERSION = 3,
    /**
     * A request before login, or a second login; or one to enter or leave a room while the operator changes that.
     */
    IM_CODE_OUT_OF_TURN = 4,
    /**
     * The name is taken.
     */
    IM_CODE_NAME_TAKEN = 5,
    /**
     * The name breaks a rule for names.
     */
    IM_CODE_NAME_INVALID = 6,
    /**
     * The passkey is wrong or missing.
     */
    IM_CODE_PASSKEY = 7,
    /**
     * The session to take up again has ended; log in by name.
     */
    IM_CODE_SESSION_ENDED = 8,
    /**
     * No such room, message, or person.
     */
    IM_CODE_NOT_FOUND = 9,
    /**
     * The one who asks may not do this.
     */
    IM_CODE_FORBIDDEN = 10,
    /**
     * The one who asks is not in that room.
     */
    IM_CODE_NOT_MEMBER = 11,
    /**
     * It exists already.
     */
    IM_CODE_EXISTS = 12,
    /**
     * The same txn_id came with another content.
     */
    IM_CODE_CONFLICT = 13,
    /**
     * A bound on how many there may be is reached. The text names it.
     */
    IM_CODE_FULL = 14,
    /**
     * The server has too many connections or is short of memory; try again after the given time.
     */
    IM_CODE_BUSY = 15,
    /**
     * The store could not keep it; nothing was sent to anybody. Retry with the same txn_id.
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
     * The same session was taken up on another connection.
     */
    IM_CODE_REPLACED = 19,
    /**
     * The connection took too long to log in, to answer, or to read.
     */
    IM_CODE_TIMED_OUT = 20,
    /**
     * The connection did not read what was sent to it.
     */
    IM_CODE_SLOW = 21,
    /**
     * Too many refused logins, or too many wrong passkeys of this address.
     */
    IM_CODE_TOO_MANY_TRIES = 22,
    /**
     * The text has no content, or a field has a value that makes no sense.
     */
    IM_CODE_INVALID = 23,
    /**
     * The peer of a private conversation is gone for good.
     */
    IM_CODE_PEER_GONE = 24,
    /**
     * A kind of request that this server does not know.
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
     * They left by their own word.
     */
    IM_LEAVE_QUIT = 1,
    /**
     * Their connection broke and they did not come back in time.
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
 * Whether somebody is there.
 */
enum im_presence_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Connected and active.
     */
    IM_PRESENCE_ONLINE = 1,
    /**
     * Connected, away by their own word.
     */
    IM_PRESENCE_AWAY = 2,
    /**
     * The connection broke; they may come back to the same session.
     */
    IM_PRESENCE_RECONNECTING = 3,
    /**
     * Gone.
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
 * What kind of place a room is.
 */
enum im_room_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The one that everybody is in.
     */
    IM_ROOM_LOBBY = 1,
    /**
     * One that people make, find by name, join and leave.
     */
    IM_ROOM_PUBLIC = 2,
    /**
     * A private conversation of two.
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
 * Settings for a context, a client or a server that is about to be made. Not bound to a thread. Copied when it is used: it
 * may be changed, used again and freed afterwards.
 */
typedef struct im_config im_config;

/**
 * A loop with any number of servers and clients. It belongs to the thread that makes it; other threads reach it through an
 * im_waker. A handle, not to be looked through.
 */
typedef struct im_ctx im_ctx;

/**
 * Wakes a context from any thread or signal handler. A handle, not to be looked through.
 */
typedef struct im_waker im_waker;

/**
 * Names a server, a client or a watched descriptor of one context; 0: none. Never reused; below 2^53, so that it survives
 * in languages whose numbers are doubles.
 */
typedef uint64_t im_id;

/**
 * Told what happens in a context: on the thread of the context, during a call of it. `text` is NUL-terminated and valid during
 * the call only. It must not use the context (that is IM_E_REENTRANT), nor leave by an exception or longjmp.
 */
typedef void (*im_log_fn)(void *user, int32_t level, const char *text);

/**
 * A string of the library's: UTF-8, `len` bytes, and a NUL after them. Never NULL.
 */
typedef struct im_str {
    /**
     * The first byte.
     */
    const char *ptr;
    /**
     * How many bytes, the NUL not counted.
     */
    size_t len;
} im_str;

/**
 * A list of people's ids.
 */
typedef struct im_users {
    /**
     * The first of them.
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
     * The first of them.
     */
    const struct im_str *items;
    /**
     * How many.
     */
    size_t count;
} im_strs;

/**
 * One emoji under a message.
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
     * Who added it.
     */
    struct im_strs names;
} im_reaction;

/**
 * A list of reactions.
 */
typedef struct im_reactions {
    /**
     * Pointers to each.
     */
    const struct im_reaction *const *items;
    /**
     * How many.
     */
    size_t count;
} im_reactions;

/**
 * A post's own name, random: the same from the call that posts to the events that answer it. All zero: none.
 */
typedef struct im_txn_id {
    /**
     * The 128 bits.
     */
    uint8_t bytes[16];
} im_txn_id;

/**
 * Something that happened in a room and lasts. Fields that do not concern its kind are zero or empty.
 */
typedef struct im_entry {
    /**
     * sizeof(im_entry) of the library.
     */
    uint32_t size;
    /**
     * What happened: an im_event_kind from IM_EVENT_MESSAGE to IM_EVENT_OTHER_ENTRY.
     */
    int32_t kind;
    /**
     * Where.
     */
    uint64_t room;
    /**
     * Its place in the room's order: dense, from 1.
     */
    uint64_t seq;
    /**
     * When the server took it: milliseconds since 1970-01-01T00:00:00Z.
     */
    uint64_t time;
    /**
     * Whose doing it is.
     */
    uint64_t author;
    /**
     * The author's name at that time.
     */
    struct im_str name;
    /**
     * The text, or what the kind says.
     */
    struct im_str text;
    /**
     * The message that it answers or changes; 0: none.
     */
    uint64_t target;
    /**
     * People named with @ in the text.
     */
    struct im_users mentions;
    /**
     * When the text last changed, as time; 0: never.
     */
    uint64_t edited;
    /**
     * 1: the message was taken back.
     */
    int32_t deleted;
    /**
     * 1: the reaction was added, 0: taken away.
     */
    int32_t on;
    /**
     * Reactions, oldest first.
     */
    struct im_reactions reactions;
    /**
     * Why the author left: im_leave_reason.
     */
    int32_t reason;
    /**
     * The kind of the room that came to be: im_room_kind.
     */
    int32_t room_kind;
    /**
     * The post's own name when this client posted it.
     */
    struct im_txn_id txn_id;
} im_entry;

/**
 * A list of entries.
 */
typedef struct im_entries {
    /**
     * Pointers to each.
     */
    const struct im_entry *const *items;
    /**
     * How many.
     */
    size_t count;
} im_entries;

/**
 * Some of a room's entries, oldest first, messages in their present state.
 */
typedef struct im_page {
    /**
     * sizeof(im_page) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more beyond it, in the direction asked for.
     */
    int32_t more;
    /**
     * The entries.
     */
    struct im_entries entries;
    /**
     * The page answers for every place from here (0 in a backlog) ...
     */
    uint64_t from;
    /**
     * ... to here. What it does not have of these is no longer kept, or was not asked for. Nothing when `to` is below `from`.
     */
    uint64_t to;
    /**
     * The place of the room's newest entry.
     */
    uint64_t head;
} im_page;

/**
 * Who the client is now.
 */
typedef struct im_login {
    /**
     * sizeof(im_login) of the library.
     */
    uint32_t size;
    /**
     * 1: the same session as before; nothing was missed but what now follows.
     */
    int32_t resumed;
    /**
     * The client's id at the server.
     */
    uint64_t user;
    /**
     * Its name.
     */
    struct im_str name;
    /**
     * The server's name.
     */
    struct im_str server;
    /**
     * The server's word to people who come in.
     */
    struct im_str welcome;
    /**
     * How many people are there.
     */
    uint32_t people;
} im_login;

/**
 * A room as one member sees it.
 */
typedef struct im_room {
    /**
     * sizeof(im_room) of the library.
     */
    uint32_t size;
    /**
     * im_room_kind.
     */
    int32_t room_kind;
    /**
     * Its id; the lobby's is 1.
     */
    uint64_t room;
    /**
     * Its name; for a private conversation the other's name.
     */
    struct im_str name;
    /**
     * Its topic.
     */
    struct im_str topic;
    /**
     * The place of its newest entry.
     */
    uint64_t head;
    /**
     * Up to where this member has read.
     */
    uint64_t read;
    /**
     * The other, in a private conversation.
     */
    uint64_t peer;
    /**
     * How many members it has.
     */
    uint32_t members;
} im_room;

/**
 * A page of rooms, by id.
 */
typedef struct im_rooms {
    /**
     * sizeof(im_rooms) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more; ask on from the last one's id.
     */
    int32_t more;
    /**
     * Pointers to each.
     */
    const struct im_room *const *items;
    /**
     * How many.
     */
    size_t count;
} im_rooms;

/**
 * Somebody, as everybody sees them.
 */
typedef struct im_person {
    /**
     * sizeof(im_person) of the library.
     */
    uint32_t size;
    /**
     * im_presence_kind.
     */
    int32_t presence;
    /**
     * Their id.
     */
    uint64_t user;
    /**
     * Their name.
     */
    struct im_str name;
    /**
     * Their status text.
     */
    struct im_str status;
    /**
     * Why they went (im_leave_reason), with IM_PRESENCE_OFFLINE.
     */
    int32_t reason;
} im_person;

/**
 * People: everybody who is there, or a page of them.
 */
typedef struct im_people {
    /**
     * sizeof(im_people) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more, in the next page.
     */
    int32_t more;
    /**
     * Pointers to each.
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
     * How they were (im_presence_kind); 0: not here.
     */
    int32_t was;
    /**
     * How they are now.
     */
    const struct im_person *person;
} im_presence;

/**
 * One member of a room.
 */
typedef struct im_member {
    /**
     * sizeof(im_member) of the library.
     */
    uint32_t size;
    /**
     * im_presence_kind.
     */
    int32_t presence;
    /**
     * Their id.
     */
    uint64_t user;
    /**
     * Their name.
     */
    struct im_str name;
    /**
     * Everything up to here has arrived at them.
     */
    uint64_t delivered;
    /**
     * Everything up to here has been read by them.
     */
    uint64_t read;
} im_member;

/**
 * A page of members, by id.
 */
typedef struct im_members {
    /**
     * sizeof(im_members) of the library.
     */
    uint32_t size;
    /**
     * 1: there are more; ask on from the last one's id.
     */
    int32_t more;
    /**
     * Pointers to each.
     */
    const struct im_member *const *items;
    /**
     * How many.
     */
    size_t count;
} im_members;

/**
 * Entries that are no longer kept.
 */
typedef struct im_gap {
    /**
     * sizeof(im_gap) of the library.
     */
    uint32_t size;
    /**
     * The first one.
     */
    uint64_t from;
    /**
     * The last one.
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
     * The post's own name.
     */
    struct im_txn_id txn_id;
    /**
     * Its place; 0: it was refused.
     */
    uint64_t seq;
} im_posted;

/**
 * Who types.
 */
typedef struct im_typing {
    /**
     * sizeof(im_typing) of the library.
     */
    uint32_t size;
    /**
     * 1: types, 0: has stopped.
     */
    int32_t on;
    /**
     * Who.
     */
    uint64_t user;
    /**
     * Their name, as far as it is known.
     */
    struct im_str name;
} im_typing;

/**
 * How far a member is.
 */
typedef struct im_receipt {
    /**
     * sizeof(im_receipt) of the library.
     */
    uint32_t size;
    /**
     * Who.
     */
    uint64_t user;
    /**
     * Everything up to here has arrived at them.
     */
    uint64_t delivered;
    /**
     * Everything up to here has been read by them.
     */
    uint64_t read;
} im_receipt;

/**
 * A span of time.
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
 * Who came to a server or went.
 */
typedef struct im_visitor {
    /**
     * sizeof(im_visitor) of the library.
     */
    uint32_t size;
    /**
     * Why they left: im_leave_reason.
     */
    int32_t reason;
    /**
     * Their id.
     */
    uint64_t user;
    /**
     * Their name.
     */
    struct im_str name;
    /**
     * From where: a network address, or "local".
     */
    struct im_str peer;
} im_visitor;

/**
 * A request that waits for im_server_resolve().
 */
typedef struct im_approval {
    /**
     * sizeof(im_approval) of the library.
     */
    uint32_t size;
    /**
     * What is asked for: im_approval_kind.
     */
    int32_t approval_kind;
    /**
     * The id of the approval.
     */
    uint64_t approval;
    /**
     * Who asks; 0: a stranger's, who logs in.
     */
    uint64_t user;
    /**
     * Their name, or the one that they ask for.
     */
    struct im_str name;
    /**
     * From where: a network address, or "local".
     */
    struct im_str peer;
    /**
     * The message that it is about; 0: none.
     */
    uint64_t target;
    /**
     * The topic that comes with a new room.
     */
    struct im_str topic;
} im_approval;

/**
 * What an event has besides its head. Read only the member that im_event_kind names for the kind.
 */
typedef union im_data {
    /**
     * An entry of a room.
     */
    const struct im_entry *entry;
    /**
     * Messages of a room.
     */
    const struct im_page *page;
    /**
     * Who the client is.
     */
    const struct im_login *login;
    /**
     * A room.
     */
    const struct im_room *room;
    /**
     * Rooms.
     */
    const struct im_rooms *rooms;
    /**
     * People.
     */
    const struct im_people *people;
    /**
     * Somebody's presence.
     */
    const struct im_presence *presence;
    /**
     * Members of a room.
     */
    const struct im_members *members;
    /**
     * Entries that are lost.
     */
    const struct im_gap *gap;
    /**
     * The answer to a post.
     */
    const struct im_posted *posted;
    /**
     * Who types.
     */
    const struct im_typing *typing;
    /**
     * How far a member is.
     */
    const struct im_receipt *receipt;
    /**
     * A span.
     */
    const struct im_wait *wait;
    /**
     * Who came or went.
     */
    const struct im_visitor *visitor;
    /**
     * What is to be decided.
     */
    const struct im_approval *approval;
    /**
     * How many.
     */
    uint64_t count;
    /**
     * An id.
     */
    uint64_t number;
} im_data;

/**
 * Something that the program wants to know. Everything in it is the library's and valid until the next call of
 * im_next_event(), im_next_events() or im_free() on the same context.
 */
typedef struct im_event {
    /**
     * sizeof(im_event) of the library.
     */
    uint32_t size;
    /**
     * im_event_kind.
     */
    int32_t kind;
    /**
     * The server, client or descriptor that it comes from.
     */
    im_id source;
    /**
     * The request that it answers; 0: none.
     */
    uint32_t request;
    /**
     * im_code; 0: none.
     */
    int32_t code;
    /**
     * The room that it is about; 0: none.
     */
    uint64_t room;
    /**
     * Words for people, or the text that it is about.
     */
    struct im_str text;
    /**
     * The rest.
     */
    union im_data data;
    /**
     * With a code: after so many milliseconds the server would have it tried again; 0: waiting does not help.
     */
    uint32_t retry_after_ms;
    /**
     * What im_set_user() has tied to the source; NULL: nothing.
     */
    void *user;
} im_event;

/**
 * How a client stands.
 */
typedef struct im_client_state {
    /**
     * sizeof(im_client_state) of the library.
     */
    uint32_t size;
    /**
     * 1: logged in at this moment.
     */
    int32_t ready;
    /**
     * 1: over, by im_client_quit() or because it was told not to come back.
     */
    int32_t closed;
    /**
     * Posts that the server has not answered yet.
     */
    uint32_t unanswered;
    /**
     * Its id at the server; 0: not logged in yet.
     */
    uint64_t user;
    /**
     * Its name.
     */
    struct im_str name;
    /**
     * Bytes that a message's text may have.
     */
    uint32_t text_bytes_max;
    /**
     * Microseconds that a ping and its answer last took; 0: not measured yet. Measured with each heartbeat.
     */
    uint32_t round_trip_us;
} im_client_state;

/**
 * What a server has said of itself. Lengths are in bytes of UTF-8.
 */
typedef struct im_server_info {
    /**
     * sizeof(im_server_info) of the library.
     */
    uint32_t size;
    /**
     * The version of the protocol that is spoken.
     */
    uint32_t version;
    /**
     * Its name, as shown to people.
     */
    struct im_str name;
    /**
     * Which life of its data this is: ids and places of another one mean nothing.
     */
    uint64_t epoch;
    /**
     * What it can do besides, by name.
     */
    struct im_strs capabilities;
    /**
     * 1: it asks for a passkey.
     */
    int32_t passkey;
    /**
     * How many of a room's last messages a newcomer is meant to see.
     */
    uint32_t backlog;
    /**
     * Length of a frame that it takes.
     */
    uint32_t frame_bytes_max;
    /**
     * Length of a message's text.
     */
    uint32_t text_bytes_max;
    /**
     * Length of a person's name.
     */
    uint32_t name_bytes_max;
    /**
     * Length of a room's name.
     */
    uint32_t room_name_bytes_max;
    /**
     * Length of a topic.
     */
    uint32_t topic_bytes_max;
    /**
     * Length of a status text.
     */
    uint32_t status_bytes_max;
    /**
     * Rooms that one person may be in.
     */
    uint32_t rooms_max;
    /**
     * Posts that may be unanswered at once; the client keeps to it by itself.
     */
    uint32_t posts_in_flight_max;
    /**
     * Requests per second that it takes for long; 0: no limit.
     */
    uint32_t requests_per_second;
    /**
     * Requests that it takes at once before that rate counts.
     */
    uint32_t requests_burst;
} im_server_info;

/**
 * How a server stands.
 */
typedef struct im_server_state {
    /**
     * sizeof(im_server_state) of the library.
     */
    uint32_t size;
    /**
     * 1: IM_EVENT_DRAINED has been told.
     */
    int32_t drained;
    /**
     * Connections, logged in or not.
     */
    uint32_t connections;
    /**
     * People, counting those whose connection broke and may come back.
     */
    uint32_t people;
    /**
     * The lobby and the rooms that can be joined.
     */
    uint32_t rooms;
} im_server_state;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Ties a pointer of the program's own to a server, a client or a watched descriptor: it comes with each of its events
 * (im_event.user). The library does not look through it; it is forgotten with the id. NULL: none.
 */
int32_t im_set_user(struct im_ctx *ctx,
                    im_id id,
                    void *user);

/**
 * The IM_ABI that this library has. im_new() compares it with the program's. From any thread.
 */
uint32_t im_abi_version(void);

/**
 * The library's version, such as "0.1.0". Static. From any thread.
 */
const char *im_version(void);

/**
 * A few words for an im_status. Static, never NULL. From any thread.
 */
const char *im_strerror(int32_t status);

/**
 * What exactly went wrong in the last call on this thread that returned a negative status: names, lengths, limits. Empty when
 * none has. The library's; valid until the next failing call on this thread.
 */
const char *im_last_error(void);

/**
 * The name of an im_event_kind, as in im_event_encode(): "message". "unknown" for a number that this library does not know.
 * Static. From any thread.
 */
const char *im_event_kind_name(int32_t kind);

/**
 * The name of an im_code: "name_taken"; of 0 "none". "unknown" for a number that this library does not know. Static. From any
 * thread.
 */
const char *im_code_name(int32_t code);

/**
 * Makes an empty configuration; free it with im_config_free().
 */
int32_t im_config_new(struct im_config **out);

/**
 * Frees a configuration. What was made with it is not concerned. IM_E_GONE when it has been freed already.
 */
int32_t im_config_free(struct im_config *config);

/**
 * Sets a "str" option (im_option); NULL takes it back to its default. The string is UTF-8, NUL-terminated, and copied. Whether
 * it suits is said when the configuration is used.
 */
int32_t im_config_set_str(struct im_config *config,
                          int32_t option,
                          const char *value);

/**
 * Sets an "int" option (im_option). Whether the number suits is said when the configuration is used.
 */
int32_t im_config_set_int(struct im_config *config, int32_t option, int64_t value);

/**
 * Has a context tell what happens up to a level (im_log_level) to a function, with `user` handed through. NULL: nobody is
 * told, as is the default. The library itself writes nothing anywhere. IM_E_RANGE when `level` is no im_log_level.
 */
int32_t im_config_set_log(struct im_config *config,
                          int32_t level,
                          im_log_fn log,
                          void *user);

/**
 * Makes a context. `abi` is IM_ABI: IM_E_ABI says that the program was compiled for a newer library than this one. `config`
 * may be NULL; IM_E_OPTION or IM_E_RANGE says what does not suit in it. On success the handle is in `*out`; free it with
 * im_free().
 */
int32_t im_new(uint32_t abi,
               const struct im_config *config,
               struct im_ctx **out);

/**
 * Frees a context with all its servers and clients; their connections break. To close in good order, im_client_quit() and
 * im_server_drain() first. IM_E_GONE when it has been freed already, IM_E_THREAD on another thread. In a child of fork() it releases
 * the child's memory and descriptors only: the parent's connections stand, and nothing is sent.
 */
int32_t im_free(struct im_ctx *ctx);

/**
 * One bounded turn: waits for something to do, at most `timeout_ms` milliseconds (-1: without limit, 0: not at all), and does
 * it. Also returns IM_OK when a signal handler has run meanwhile (EINTR). Does not wait while events are to be taken. Take all events after each step: a client whose events are not taken stops
 * reading.
 */
int32_t im_step(struct im_ctx *ctx,
                int32_t timeout_ms);

/**
 * A descriptor that is readable while a step or an event is due, to be watched by the program's own poll(2), epoll(7) or event
 * loop: when it is readable, call im_step(ctx, 0) and take the events. The same for the life of the context, which closes it;
 * do nothing else with it. On systems other than Linux also wait no longer than im_next_timeout() says. IM_E_UNSUPPORTED on
 * Windows.
 */
int32_t im_fd(struct im_ctx *ctx,
              int32_t *out);

/**
 * After how many milliseconds a step is due even when nothing comes in, in `*out`; -1: none is, as poll(2) has it. With a virtual
 * clock, how far to im_advance() it.
 */
int32_t im_next_timeout(struct im_ctx *ctx,
                        int32_t *out);

/**
 * The next event, oldest first for each server and client, in `*out`; NULL: there is none at the moment. It and all in it is the
 * library's and valid until the next call of this function, im_next_events() or im_free().
 */
int32_t im_next_event(struct im_ctx *ctx,
                      const struct im_event **out);

/**
 * Writes the event that im_next_event() gave last, for other programs: a map with the names of the structures in this header and
 * `event`, its kind in small letters; what is zero or empty is left out, and what is 1 or 0 for yes or no is true or left out. `*out` is `*len` bytes and a NUL, the library's, valid
 * until the next call that writes events. IM_E_NOT_FOUND when there is none.
 */
int32_t im_event_encode(struct im_ctx *ctx,
                        int32_t format,
                        const char **out,
                        size_t *len);

/**
 * Takes up to `max` events at once, written as by im_event_encode() in one array; an empty one when there is none. For
 * languages to which one call for many events is cheaper than many. `*out` is `*len` bytes and a NUL, the library's, valid until
 * the next call that takes events.
 */
int32_t im_next_events(struct im_ctx *ctx,
                       int32_t format,
                       uint32_t max,
                       const char **out,
                       size_t *len);

/**
 * Lets `ms` milliseconds of virtual time pass; what has become due happens in the next im_step(). IM_E_CLOCK when the context
 * goes by the system's clock.
 */
int32_t im_advance(struct im_ctx *ctx,
                   uint32_t ms);

/**
 * Watches a descriptor of the program's own, such as its standard input or a pipe: see IM_EVENT_READABLE. A copy is watched; the
 * program's own stays the program's. The id for im_remove() is in `*out`. IM_E_IO for a regular file, which is always readable, and
 * for this context's own descriptor. IM_E_UNSUPPORTED on Windows.
 */
int32_t im_watch(struct im_ctx *ctx,
                 int32_t fd,
                 im_id *out);

/**
 * Removes a server, a client or a watched descriptor at once: its connections break, it has no more events, and its id is stale
 * from now on.
 */
int32_t im_remove(struct im_ctx *ctx,
                  im_id id);

/**
 * Makes a waker for a context, on the context's thread; free it with im_waker_free(). It may outlive the context. IM_E_LIMIT
 * when a program has 1,024 of them.
 */
int32_t im_waker_new(struct im_ctx *ctx,
                     struct im_waker **out);

/**
 * Makes the context's im_step() return soon and its descriptor readable, from any thread, and from a signal handler: it is
 * async-signal-safe (signal-safety(7)), keeps errno, and leaves im_last_error() as it is, also when it fails. Several calls
 * before the context wakes are one. Hand over work in a queue of your own before. IM_E_GONE when the waker has been freed,
 * IM_E_HANDLE when it is none, IM_E_IO when the system refuses the write, IM_E_FORKED in a child of fork().
 */
int32_t im_waker_wake(struct im_waker *waker);

/**
 * Frees a waker, from any thread, but not from a signal handler. IM_E_GONE when it has been freed already.
 */
int32_t im_waker_free(struct im_waker *waker);

/**
 * Adds a client that connects to `address`, logs in, and comes back by itself when the connection breaks. Its id is in `*out`.
 *
 * `address` is `host`, `host:port`, `[v6]:port`, `[v6%zone]:port`, several of these with commas between (tried side by side, RFC 8305), `unix:/path`, `mem:name` for a server of the same context, or an invite
 * (`im://host:port/?key=passkey`), whose passkey counts when IM_OPT_PASSKEY is not set; the usual port is 7464. `config` sets at least IM_OPT_NAME. What becomes of it is told in events, from IM_EVENT_CONNECTING to
 * IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED or IM_EVENT_DISCONNECTED.
 */
int32_t im_connect(struct im_ctx *ctx,
                   const char *address,
                   const struct im_config *config,
                   im_id *out);

/**
 * Leaves for good, with a reason for the others (may be NULL; 200 bytes at most). What was posted is delivered first, if the server answers within a
 * few seconds. Ends with IM_EVENT_DISCONNECTED; the id stays valid until im_remove().
 */
int32_t im_client_quit(struct im_ctx *ctx,
                       im_id client,
                       const char *reason);

/**
 * Tries to log in again after IM_EVENT_LOGIN_REFUSED, under this name and with this passkey; NULL keeps what was given before.
 * IM_E_LOGGED_IN when the client is logged in or coming back to its session, IM_E_CLOSED when it has quit.
 */
int32_t im_client_login(struct im_ctx *ctx,
                        im_id client,
                        const char *name,
                        const char *passkey);

/**
 * Tries to connect at once instead of waiting for the next try; of use when the network is known to be back. IM_E_CLOSED when
 * the client has quit.
 */
int32_t im_client_retry_now(struct im_ctx *ctx,
                            im_id client);

/**
 * Posts a message in a room; in the lobby (1) also before the first login. Delivered exactly once, now or when the connection is
 * back: the answer is IM_EVENT_POSTED or
 * IM_EVENT_POST_FAILED with the name that is put in `*txn_id` (may be NULL), and the message itself comes as IM_EVENT_MESSAGE with it.
 *
 * `text` is UTF-8, `len` bytes or IM_NUL_TERMINATED, and copied. IM_E_TOO_LONG beyond the server's limit
 * (im_client_state.text_bytes_max), IM_E_OUTBOX_FULL when 10,000 posts wait already.
 */
int32_t im_client_post(struct im_ctx *ctx,
                       im_id client,
                       uint64_t room,
                       const char *text,
                       size_t len,
                       struct im_txn_id *txn_id);

/**
 * As im_client_post(), in answer to the message at `target` of the room; 0: in answer to none.
 */
int32_t im_client_reply(struct im_ctx *ctx,
                        im_id client,
                        uint64_t room,
                        uint64_t target,
                        const char *text,
                        size_t len,
                        struct im_txn_id *txn_id);

/**
 * Gives a message of one's own another text. Answered like a post.
 */
int32_t im_client_edit(struct im_ctx *ctx,
                       im_id client,
                       uint64_t room,
                       uint64_t target,
                       const char *text,
                       size_t len,
                       struct im_txn_id *txn_id);

/**
 * Takes back a message of one's own. Answered like a post.
 */
int32_t im_client_delete(struct im_ctx *ctx,
                         im_id client,
                         uint64_t room,
                         uint64_t target,
                         struct im_txn_id *txn_id);

/**
 * Adds a reaction (an emoji) to a message, or takes one's own away when `on` is 0. Answered like a post.
 */
int32_t im_client_react(struct im_ctx *ctx,
                        im_id client,
                        uint64_t room,
                        uint64_t target,
                        const char *emoji,
                        int32_t on,
                        struct im_txn_id *txn_id);

/**
 * Notes that the person has read a room up to `upto`. The room is told in a moment.
 */
int32_t im_client_mark_read(struct im_ctx *ctx, im_id client, uint64_t room, uint64_t upto);

/**
 * Tells a room that one is typing (`on` 1) or has stopped (0). May be lost. Repeat it every few seconds while it lasts.
 */
int32_t im_client_typing(struct im_ctx *ctx,
                         im_id client,
                         uint64_t room,
                         int32_t on);

/**
 * Sets one's presence, online (`away` 0) or away (1), and status text (may be NULL). Answered by IM_EVENT_DONE or
 * IM_EVENT_FAILED with the number that is put in `*request` (may be NULL), as all that follow. IM_E_NOT_READY while not logged in.
 */
int32_t im_client_set_status(struct im_ctx *ctx,
                             im_id client,
                             int32_t away,
                             const char *status,
                             uint32_t *request);

/**
 * Makes a room, with a topic (may be NULL), and enters it. IM_EVENT_DONE has its id.
 */
int32_t im_client_create_room(struct im_ctx *ctx,
                              im_id client,
                              const char *name,
                              const char *topic,
                              uint32_t *request);

/**
 * Enters a room by its name. IM_EVENT_DONE has its id.
 */
int32_t im_client_join(struct im_ctx *ctx, im_id client, const char *name, uint32_t *request);

/**
 * Leaves a room.
 */
int32_t im_client_leave(struct im_ctx *ctx, im_id client, uint64_t room, uint32_t *request);

/**
 * Sets a room's topic; NULL or empty: none.
 */
int32_t im_client_set_topic(struct im_ctx *ctx,
                            im_id client,
                            uint64_t room,
                            const char *topic,
                            uint32_t *request);

/**
 * Opens the private conversation with somebody, by name. IM_EVENT_DONE has its id, which is used like a room's.
 */
int32_t im_client_direct(struct im_ctx *ctx,
                         im_id client,
                         const char *name,
                         uint32_t *request);

/**
 * Asks for a room's messages before a place (0: before its end), the newest of them, at most `limit` (0: as many as one page
 * holds). Answered by IM_EVENT_HISTORY or IM_EVENT_FAILED.
 */
int32_t im_client_history(struct im_ctx *ctx,
                          im_id client,
                          uint64_t room,
                          uint64_t before,
                          uint32_t limit,
                          uint32_t *request);

/**
 * Asks for a room's entries between two places, both excluded: after `after` (0: from the first) and before `before` (0: to the
 * newest), at most `limit` (0: as many as one page holds). `flags` is 0 or some of im_fetch. Answered by IM_EVENT_HISTORY or
 * IM_EVENT_FAILED.
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
 * Asks for rooms that can be joined, those whose ids are after `after`; begin with 0. Answered by IM_EVENT_ROOMS or
 * IM_EVENT_FAILED.
 */
int32_t im_client_list_rooms(struct im_ctx *ctx,
                             im_id client,
                             uint64_t after,
                             uint32_t *request);

/**
 * Asks for the people who are there, those whose ids are after `after`; begin with 0. Of use where they are too many to be told
 * one by one. Answered by IM_EVENT_USERS or IM_EVENT_FAILED.
 */
int32_t im_client_list_users(struct im_ctx *ctx,
                             im_id client,
                             uint64_t after,
                             uint32_t *request);

/**
 * Asks for a room's members, those whose ids are after `after`; begin with 0. Answered by IM_EVENT_MEMBERS or IM_EVENT_FAILED.
 */
int32_t im_client_list_members(struct im_ctx *ctx,
                               im_id client,
                               uint64_t room,
                               uint64_t after,
                               uint32_t *request);

/**
 * How a client stands, in `*out`. The library's; it and everything that is looked up in this context is valid until the next
 * im_step() or im_free().
 */
int32_t im_client_look(struct im_ctx *ctx,
                       im_id client,
                       const struct im_client_state **out);

/**
 * The room after `after`, by id, among those that a client is in; begin with 0. NULL in `*out`: there are no more. Valid as
 * im_client_look() says.
 */
int32_t im_client_next_room(struct im_ctx *ctx,
                            im_id client,
                            uint64_t after,
                            const struct im_room **out);

/**
 * The person after `after`, by id, among those who are there, as far as the server tells them one by one; begin with 0. NULL in
 * `*out`: there are no more. Valid as im_client_look() says.
 */
int32_t im_client_next_person(struct im_ctx *ctx,
                              im_id client,
                              uint64_t after,
                              const struct im_person **out);

/**
 * A room that a client is in, by id. NULL in `*out`: it is not in that one. Valid as im_client_look() says.
 */
int32_t im_client_room(struct im_ctx *ctx, im_id client, uint64_t id, const struct im_room **out);

/**
 * Somebody who is there, by id, as far as the server tells of people one by one. NULL in `*out`: nobody. Valid as
 * im_client_look() says.
 */
int32_t im_client_person(struct im_ctx *ctx,
                         im_id client,
                         uint64_t id,
                         const struct im_person **out);

/**
 * What a client's server has said of itself when the client last connected. NULL in `*out`: nothing yet. Valid as
 * im_client_look() says.
 */
int32_t im_client_server(struct im_ctx *ctx,
                         im_id client,
                         const struct im_server_info **out);

/**
 * Adds a server that keeps its history in memory. Its id is in `*out`. `config` may be NULL: open to anybody, with safe
 * bounds. It takes connections once it listens.
 */
int32_t im_serve(struct im_ctx *ctx,
                 const struct im_config *config,
                 im_id *out);

/**
 * Has a server take connections at an address, in addition to others: `ip:port`, `[v6]:port`, `unix:/path`, or `mem:name` for
 * clients of the same context. The address that it really is (with port 0, the port that the system chose) is put in `*bound`
 * (may be NULL), valid as im_client_look() says. IM_E_IN_USE when it is taken.
 */
int32_t im_listen(struct im_ctx *ctx,
                  im_id server,
                  const char *address,
                  struct im_str *bound);

/**
 * Sets an option of a running server: IM_OPT_PASSKEY (NULL: open to anybody; people already inside stay) or
 * IM_OPT_WELCOME.
 */
int32_t im_server_set_str(struct im_ctx *ctx, im_id server, int32_t option, const char *value);

/**
 * Answers an IM_EVENT_APPROVAL by its data.approval.approval: the request is granted, if the rules still allow it, or (`grant` 0)
 * refused for this reason (may be NULL; 200 bytes at most). Undecided for 20 s, it is refused. Until then nothing else of that connection is
 * read. IM_E_GONE when nobody waits for it any more.
 */
int32_t im_server_resolve(struct im_ctx *ctx,
                          im_id server,
                          uint64_t approval,
                          int32_t grant,
                          const char *reason);

/**
 * Removes somebody from the server at once, by name: everybody sees them kicked for this reason (may be NULL; 200 bytes at most).
 * IM_E_NOT_FOUND when nobody of that name is there.
 */
int32_t im_server_kick(struct im_ctx *ctx,
                       im_id server,
                       const char *name,
                       const char *reason);

/**
 * As im_server_kick(), by the person's id.
 */
int32_t im_server_kick_user(struct im_ctx *ctx, im_id server, uint64_t user, const char *reason);

/**
 * Removes somebody from a room, for this reason (may be NULL; 200 bytes at most). They may join it again, unless the program
 * refuses it (IM_OPT_APPROVE_JOINS). IM_E_NOT_FOUND when they are not in it, IM_E_NOT_IN_ROOM for the lobby and private conversations,
 * IM_E_NOT_READY while they enter or leave it: try again after the next im_step().
 */
int32_t im_server_remove_member(struct im_ctx *ctx,
                                im_id server,
                                uint64_t room,
                                uint64_t user,
                                const char *reason);

/**
 * Ends a room with all that was said in it; its members are told the reason (may be NULL; 200 bytes at most). Its name is free
 * again. IM_E_NOT_FOUND when there is no such room, IM_E_NOT_IN_ROOM for the lobby and private conversations.
 */
int32_t im_server_close_room(struct im_ctx *ctx,
                             im_id server,
                             uint64_t room,
                             const char *reason);

/**
 * Posts a message in a room, in the server's own name: its author is 0. `text` as for im_client_post(). IM_E_EMPTY, IM_E_TOO_LONG
 * beyond the server's limit, IM_E_NOT_FOUND where there is no such room, IM_E_CLOSED when the server is drained.
 */
int32_t im_server_post(struct im_ctx *ctx,
                       im_id server,
                       uint64_t room,
                       const char *text,
                       size_t len);

/**
 * Takes back anybody's message: its text is gone for everybody. Nothing happens where there is no such message. IM_E_NOT_FOUND where
 * there is no such room, IM_E_CLOSED when the server is drained.
 */
int32_t im_server_delete(struct im_ctx *ctx,
                         im_id server,
                         uint64_t room,
                         uint64_t target);

/**
 * Says a word to everybody who is here now (IM_EVENT_NOTICE). It is not kept.
 */
int32_t im_server_broadcast(struct im_ctx *ctx, im_id server, const char *message);

/**
 * Changes a number of a running server, of IM_OPT_BACKLOG, IM_OPT_RESUME_MS, IM_OPT_CONNECTIONS_MAX, IM_OPT_PEOPLE_MAX,
 * IM_OPT_ROOMS_MAX, IM_OPT_TEXT_BYTES_MAX, IM_OPT_REQUESTS_PER_SECOND, IM_OPT_REQUESTS_BURST and IM_OPT_APPROVE_*; others are
 * IM_E_OPTION. It counts from now on; nobody is sent away by a lower bound.
 */
int32_t im_server_set_int(struct im_ctx *ctx,
                          im_id server,
                          int32_t option,
                          int64_t value);

/**
 * Takes no more connections at an address, as im_listen() has given it in `*bound`; NULL: at none of them. Those that stand
 * are not concerned. IM_E_NOT_FOUND when the server does not listen there.
 */
int32_t im_unlisten(struct im_ctx *ctx,
                    im_id server,
                    const char *address);

/**
 * Begins to close: newcomers are refused, what was taken is still kept and answered, then everybody is told and disconnected.
 * Ends with IM_EVENT_DRAINED, within ten seconds.
 */
int32_t im_server_drain(struct im_ctx *ctx,
                        im_id server);

/**
 * How a server stands, in `*out`. Valid as im_client_look() says.
 */
int32_t im_server_look(struct im_ctx *ctx, im_id server, const struct im_server_state **out);

/**
 * The person after `after`, by id, among those who are at a server; begin with 0. NULL in `*out`: there are no more. Valid as
 * im_client_look() says.
 */
int32_t im_server_next_person(struct im_ctx *ctx,
                              im_id server,
                              uint64_t after,
                              const struct im_person **out);

/**
 * The room after `after`, by id, among the lobby and the rooms that can be joined; begin with 0. NULL in `*out`: there are no
 * more. Valid as im_client_look() says.
 */
int32_t im_server_next_room(struct im_ctx *ctx,
                            im_id server,
                            uint64_t after,
                            const struct im_room **out);

/**
 * The member after `after`, by id, of a room; begin with 0. NULL in `*out`: there are no more. Valid as im_client_look() says.
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
