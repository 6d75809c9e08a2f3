// libmongoc for Swift. Documents cross this border as bytes, in both directions.
//
// Swift must not see bson_t: Debian's libbson aligns it to 128 bytes, which Swift does not
// honour, so every bson_t lives and dies within one of these functions.

#ifndef TELLER_CMONGOC_SHIM_H
#define TELLER_CMONGOC_SHIM_H

#include <mongoc/mongoc.h>
#include <sys/prctl.h>

/// A document lent for the time of a call.
typedef struct {
    const uint8_t *data;
    uint32_t length;
} teller_bytes;

/// What a call brought: the server's reply (may be null), and why it failed if it did.
/// `data` belongs to the receiver, who frees it with `bson_free`.
typedef struct {
    uint8_t *data;
    uint32_t length;
    bson_error_t error;
} teller_reply;

static inline bool teller_view(bson_t *document, teller_bytes bytes) {
    return bson_init_static(document, bytes.data, bytes.length);
}

static inline bool teller_fail(bson_error_t *error, const char *message) {
    bson_set_error(error, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "%s", message);
    return false;
}

/// Hands the bytes of `document` to `reply` and ends the bson_t.
static inline void teller_take(teller_reply *reply, bson_t *document) {
    reply->data = bson_destroy_with_steal(document, true, &reply->length);
}

/// Copies the options and adds the session to them. Ends with an initialised `all` always.
static inline bool teller_options(
    bson_t *all, teller_bytes options, const mongoc_client_session_t *session,
    bson_error_t *error) {
    bson_t view;
    if (!teller_view(&view, options)) {
        bson_init(all);
        return teller_fail(error, "invalid options");
    }
    bson_copy_to(&view, all);
    return session == NULL || mongoc_client_session_append(session, all, error);
}

/// Names the calling thread, for ps and top: 15 bytes of the name are kept (prctl(2)).
static inline void teller_thread_name(const char *name) {
    prctl(PR_SET_NAME, name);
}

#include "shim-pool.h"
#include "shim-session.h"
#include "shim-command.h"
#include "shim-cursor.h"
#include "shim-bulk.h"

#endif
