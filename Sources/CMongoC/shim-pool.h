// Pools. A URI keeps what it says; what it leaves open gets our values.

#ifndef TELLER_CMONGOC_POOL_H
#define TELLER_CMONGOC_POOL_H

#include <string.h>

/// All times in milliseconds.
typedef struct {
    const char *uri;
    const char *app_name;
    int32_t clients_max;
    int32_t server_selection_ms;
    int32_t connect_ms;
    int32_t socket_ms;
    int32_t heartbeat_ms;
    bool retry_writes;
    bool retry_reads;
} teller_pool_settings;

static inline void teller_uri_int(mongoc_uri_t *uri, const char *option, int32_t value) {
    if (!mongoc_uri_has_option(uri, option)) {
        mongoc_uri_set_option_as_int32(uri, option, value);
    }
}

static inline void teller_uri_bool(mongoc_uri_t *uri, const char *option, bool value) {
    if (!mongoc_uri_has_option(uri, option)) {
        mongoc_uri_set_option_as_bool(uri, option, value);
    }
}

/// Majority and journal for writes, majority for reads, always from the primary.
static inline void teller_uri_concerns(mongoc_uri_t *uri) {
    mongoc_write_concern_t *writes = mongoc_write_concern_new();
    mongoc_write_concern_set_w(writes, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(writes, true);
    mongoc_uri_set_write_concern(uri, writes);
    mongoc_write_concern_destroy(writes);

    mongoc_read_concern_t *reads = mongoc_read_concern_new();
    mongoc_read_concern_set_level(reads, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
    mongoc_uri_set_read_concern(uri, reads);
    mongoc_read_concern_destroy(reads);

    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_uri_set_read_prefs_t(uri, primary);
    mongoc_read_prefs_destroy(primary);
}

static inline mongoc_uri_t *teller_uri(
    const teller_pool_settings *settings, bson_error_t *error) {
    mongoc_uri_t *uri = mongoc_uri_new_with_error(settings->uri, error);
    if (uri == NULL) {
        return NULL;
    }
    teller_uri_int(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, settings->server_selection_ms);
    teller_uri_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, settings->connect_ms);
    teller_uri_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, settings->socket_ms);
    teller_uri_int(uri, MONGOC_URI_HEARTBEATFREQUENCYMS, settings->heartbeat_ms);
    teller_uri_bool(uri, MONGOC_URI_RETRYWRITES, settings->retry_writes);
    teller_uri_bool(uri, MONGOC_URI_RETRYREADS, settings->retry_reads);
    // One host in the URI is where to begin, not all there is.
    teller_uri_bool(uri, MONGOC_URI_DIRECTCONNECTION, false);
    teller_uri_concerns(uri);
    return uri;
}

/// A pool that connects when it is first used; null and an error if the URI is no good.
static inline mongoc_client_pool_t *teller_pool_new(
    const teller_pool_settings *settings, bson_error_t *error) {
    mongoc_uri_t *uri = teller_uri(settings, error);
    if (uri == NULL) {
        return NULL;
    }
    mongoc_client_pool_t *pool = mongoc_client_pool_new_with_error(uri, error);
    mongoc_uri_destroy(uri);
    if (pool == NULL) {
        return NULL;
    }
    mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
    mongoc_client_pool_set_appname(pool, settings->app_name);
    mongoc_client_pool_max_size(pool, (uint32_t) settings->clients_max);
    return pool;
}

typedef enum {
    /// Nobody has answered yet, or no primary is known.
    TELLER_TOPOLOGY_UNKNOWN,
    TELLER_TOPOLOGY_PRIMARY,
    /// Who answered is no member of the replica set asked for, or of any.
    TELLER_TOPOLOGY_STANDALONE,
} teller_topology_kind;

/// What the pool's monitors have found so far. Doesn't wait.
static inline teller_topology_kind teller_topology(mongoc_client_t *client) {
    size_t count = 0;
    mongoc_server_description_t **servers =
        mongoc_client_get_server_descriptions(client, &count);
    // Servers that don't fit are taken out of the list.
    teller_topology_kind kind =
        count == 0 ? TELLER_TOPOLOGY_STANDALONE : TELLER_TOPOLOGY_UNKNOWN;
    for (size_t index = 0; index < count; index++) {
        const char *type = mongoc_server_description_type(servers[index]);
        if (strcmp(type, "RSPrimary") == 0 || strcmp(type, "Mongos") == 0) {
            kind = TELLER_TOPOLOGY_PRIMARY;
        } else if (strcmp(type, "Standalone") == 0) {
            kind = TELLER_TOPOLOGY_STANDALONE;
        }
    }
    mongoc_server_descriptions_destroy_all(servers, count);
    return kind;
}

#endif
