// Generated from openapi.json by `npm run client-types`.
export interface paths {
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List agents, filtered and ordered, page by page */
        get: {
            parameters: {
                query?: {
                    /** @description All of them. */
                    capability?: string[];
                    /** @description Any of them. */
                    category?: string[];
                    /** @description The `next_cursor` of the page before. */
                    cursor?: string;
                    /** @description The members that are wanted, with commas between: id, name, type, category, version, status, capabilities, endpoints, metadata, registered_at, last_seen, health, heartbeat. `id` always comes. */
                    fields?: string;
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    health?: "healthy" | "degraded" | "unhealthy" | "unknown" | "stale";
                    /** @description false: `total` is left out, and nothing is counted. */
                    include_total?: "true" | "false";
                    /** @description 1 to 1000, default 100. */
                    limit?: number;
                    /** @description The value of a key of the metadata, e.g. `metadata.team=data-team`. At most 20 keys. A secret is looked for among the caller's own agents only, unless it is `admin`. */
                    "metadata.<key>"?: string;
                    name?: string;
                    /** @description Default `id`. In the orders of `status` and `last_seen` there is one page only. */
                    order_by?: "id" | "id asc" | "id desc" | "name" | "name asc" | "name desc" | "type" | "type asc" | "type desc" | "category" | "category asc" | "category desc" | "version" | "version asc" | "version desc" | "registered_at" | "registered_at asc" | "registered_at desc" | "status" | "status asc" | "status desc" | "last_seen" | "last_seen asc" | "last_seen desc";
                    /** @description Any of them. */
                    status?: ("active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered")[];
                    /** @description Any of them. */
                    type?: string[];
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentPage"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole record */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: answer 304 if that is still the state. */
                    "If-None-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Unchanged. */
                304: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Replace the registration fields; what is left out gets its default */
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AgentFields"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Deregister */
        delete: {
            parameters: {
                query?: {
                    /** @description true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators. */
                    ban?: "true" | "false";
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Deregistration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change registration fields (JSON Merge Patch, RFC 7396) */
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            /** @description A value sets, null clears, what is absent stays. */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AgentPatch"];
                    "application/merge-patch+json": components["schemas"]["AgentPatch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/agents/{id}/deregister": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** The same, at the path of the original */
        delete: {
            parameters: {
                query?: {
                    /** @description true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators. */
                    ban?: "true" | "false";
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Deregistration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of the agent, newest first */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    /** @description 1 to 1000, default 100. A page holds fewer events when they are large: 4 MiB together. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentEvents"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database: a backup was restored since. List again without it. `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the agent feels */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A heartbeat, with or without a report of the agent’s health */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["HeartbeatRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HeartbeatResponse"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Maintenance or quarantine, and back
         * @description For operators; maintenance also with the agent’s own token. A quarantined agent is listed and never discovered; its heartbeats are recorded, and everything else but to read itself is refused with `quarantined` until an operator sets it active. Who set a maintenance ends it: an operator’s lasts, whatever the agent registers or sends, until an operator ends it; the agent’s own ends when the agent says so or registers again.
         */
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetStatus"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** The same as PUT */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetStatus"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new own token for the agent, without registering it anew
         * @description For the agent itself, its owner and administrators. The token so far is accepted for `overlap_seconds` more, for everything but a registration, so that no request is refused meanwhile. To repeat the request is safe as long as the token that it is sent with is accepted.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["RotateToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RotatedToken"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many agents match */
        get: {
            parameters: {
                query?: {
                    /** @description All of them. */
                    capability?: string[];
                    /** @description Any of them. */
                    category?: string[];
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    health?: "healthy" | "degraded" | "unhealthy" | "unknown" | "stale";
                    /** @description The value of a key of the metadata, e.g. `metadata.team=data-team`. At most 20 keys. A secret is looked for among the caller's own agents only, unless it is `admin`. */
                    "metadata.<key>"?: string;
                    name?: string;
                    /** @description Any of them. */
                    status?: ("active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered")[];
                    /** @description Any of them. */
                    type?: string[];
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentCount"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find agents by type, category, status and capabilities */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DiscoverAgents"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Discovery"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which values the agents have that match, and how often */
        get: {
            parameters: {
                query: {
                    /** @description `type`, `status`, `category`, `version`, `capability`, `health` or `metadata.<key>`; up to ten of them. */
                    by: string[];
                    /** @description All of them. */
                    capability?: string[];
                    /** @description Any of them. */
                    category?: string[];
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    health?: "healthy" | "degraded" | "unhealthy" | "unknown" | "stale";
                    /** @description Values of each: 1 to 1000, default 20. */
                    limit?: number;
                    /** @description The value of a key of the metadata, e.g. `metadata.team=data-team`. At most 20 keys. A secret is looked for among the caller's own agents only, unless it is `admin`. */
                    "metadata.<key>"?: string;
                    name?: string;
                    /** @description Any of them. */
                    status?: ("active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered")[];
                    /** @description Any of them. */
                    type?: string[];
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Facets"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/heartbeats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Many heartbeats at once; a bad one is rejected by itself */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["HeartbeatBatch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HeartbeatBatchResponse"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import static definitions: agents that are known without being alive */
        post: {
            parameters: {
                query?: {
                    /** @description true: tell the results, write nothing. */
                    dry_run?: "true" | "false";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImportAgents"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportResults"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register an agent, or register it again under its id */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1–255 characters; a repeat within 24 h gets the first answer, without the token. */
                    "Idempotency-Key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RegisterAgent"];
                };
            };
            responses: {
                /** @description The id was registered: its record is replaced, the agent active again. */
                200: {
                    headers: {
                        /** @description The path of the agent. */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Registration"];
                    };
                };
                /** @description Registered. */
                201: {
                    headers: {
                        /** @description The path of the agent. */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Registration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /**
                 * @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 *
                 *     Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may
                 */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The key came with another body before. `idempotency_key_reused` */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the fleet feels, and who does not feel well, at most two seconds ago */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FleetHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many agents there are of each kind, at most two seconds ago */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let a banned id be registered again */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Ban"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/filters/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check an expression, for editors
         * @description Nothing is evaluated. What is wrong with it comes as `invalid_filter`, with its place.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CheckFilter"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckedFilter"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/governance/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was put before the Trifecta Court and what it said, newest first */
        get: {
            parameters: {
                query?: {
                    agent_id?: string;
                    cursor?: string;
                    /** @description 1 to 1000, default 100. */
                    limit?: number;
                    /** @description Any of them. */
                    verdict?: ("allowed" | "denied" | "error_open" | "error_closed")[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Decisions"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database: a backup was restored since. List again without it. `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the service and what it needs are */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be reached, or no heartbeats are taken. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process can answer; asks nobody */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Liveness"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service can do its work, and should be sent any */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Starting, stopping, without its database, or taking no heartbeats. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All metrics in Prometheus’s text format */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/owners/{name}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke the own tokens of all agents that a client owns
         * @description For a client or a JWT subject that is not trusted any more. The agents stay registered; each gets a new token when its owner registers it again. Other replicas refuse the old tokens within seconds.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RevokedTokens"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whose token this is, what it is good for, and how long
         * @description Any valid token may ask.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WhoAmI"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client has asked too often, see `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Actor: {
            /**
             * @description `anonymous`: access control is off.
             * @enum {string}
             */
            kind: "client" | "agent" | "system" | "anonymous";
            /** @description The client’s name, the agent’s id, or the part of the registry. */
            name: string | null;
        };
        Agent: {
            /**
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities: string[];
            /** @example processing */
            category: string | null;
            /**
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints: {
                [key: string]: string;
            };
            health: components["schemas"]["Health"];
            heartbeat: components["schemas"]["Heartbeat"];
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            id: string;
            /**
             * Format: date-time
             * @description null: a static definition that was never alive.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /** @description Without its secrets, unless the caller is the owner, the agent or `admin`. */
            metadata: {
                [key: string]: unknown;
            };
            /** @example DataProcessor */
            name: string;
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /** @example active */
            status: components["schemas"]["AgentStatus"];
            /** @example worker */
            type: string;
            /** @example 1.0.0 */
            version: string | null;
        };
        AgentCount: {
            /**
             * @description All that match, at most two seconds ago.
             * @example 12
             */
            total: number;
        };
        AgentDefinition: {
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[];
            /** @example processing */
            category?: string;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            };
            heartbeat?: components["schemas"]["HeartbeatSettings"];
            /** @example data-processor-1 */
            id: string;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example DataProcessor */
            name: string;
            /** @example worker */
            type: string;
            /** @example 1.0.0 */
            version?: string;
        };
        AgentEvent: {
            /** @description Who made it; absent in events of an earlier release. */
            actor?: components["schemas"]["Actor"];
            /**
             * @description What made the change. `unknown`: written by an earlier release.
             * @enum {string}
             */
            cause: "registration" | "import" | "operator" | "agent" | "silence" | "heartbeat" | "adoption" | "unknown";
            /** @description The `X-Request-Id` that the client sent with it. */
            client_request_id?: string;
            /** @description The agent’s `name`, `type` and `generation`. When registration fields were changed: their names (`changed`), their values before and after (`changes`; not of a second registration) and the whole `registration` as it was written. Without secrets. */
            data: {
                [key: string]: unknown;
            };
            /** @example active */
            from?: components["schemas"]["AgentStatus"];
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            occurred_at: string;
            /** @description People’s words. */
            reason?: string;
            /**
             * Format: uuid
             * @description The registry’s own id of the request that made it.
             */
            request_id?: string;
            /** @example 42 */
            revision: number;
            /** @example active */
            to?: components["schemas"]["AgentStatus"];
            /** @example registered */
            type: string;
        };
        AgentEvents: {
            events: components["schemas"]["AgentEvent"][];
            next_cursor: string | null;
        };
        AgentFields: {
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[];
            /** @example processing */
            category?: string;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            };
            heartbeat?: components["schemas"]["HeartbeatSettings"];
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example DataProcessor */
            name: string;
            /** @example worker */
            type: string;
            /** @example 1.0.0 */
            version?: string;
        };
        AgentHealth: {
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            agent_id: string;
            health: components["schemas"]["Health"];
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /** @example active */
            status: components["schemas"]["AgentStatus"];
        };
        AgentPage: {
            agents: components["schemas"]["AgentSummary"][];
            /** @description null: this is the last page. */
            next_cursor: string | null;
            /**
             * @description All that match, on this page or not; absent with `include_total=false`.
             * @example 1
             */
            total?: number;
        };
        AgentPatch: {
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[];
            /** @example processing */
            category?: string;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            };
            heartbeat?: components["schemas"]["HeartbeatSettings"];
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example DataProcessor */
            name?: string;
            /** @example worker */
            type?: string;
            /** @example 1.0.0 */
            version?: string;
        };
        /** @enum {string} */
        AgentStatus: "active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered";
        AgentSummary: {
            /**
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities: string[];
            /** @example processing */
            category: string | null;
            /**
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints: {
                [key: string]: string;
            };
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            id: string;
            /**
             * Format: date-time
             * @description null: a static definition that was never alive.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /** @example DataProcessor */
            name: string;
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /** @example active */
            status: components["schemas"]["AgentStatus"];
            /** @example worker */
            type: string;
            /** @example 1.0.0 */
            version: string | null;
        };
        Ban: {
            /** @enum {boolean} */
            banned: false;
            /** @example data-processor-1 */
            id: string;
        };
        BatchItem: {
            health?: components["schemas"]["HealthReport"];
            /** @example data-processor-1 */
            id: string;
        };
        /**
         * @description `anonymous`: access control is off, and everybody may do everything.
         * @enum {string}
         */
        CallerKind: "client" | "agent" | "anonymous";
        CheckedFilter: {
            /** @description Whether an index finds the agents, or at least leaves few of them to look at. */
            indexed: boolean;
            /**
             * @description The names that it asks for.
             * @example [
             *       "agent.type"
             *     ]
             */
            uses: string[];
            /** @enum {boolean} */
            valid: true;
        };
        CheckFilter: {
            /**
             * @description The expression.
             * @example agent.type == "worker"
             */
            filter: string;
        };
        Decision: {
            /**
             * @example register_agent
             * @enum {string}
             */
            action: "register_agent" | "update_agent" | "set_agent_status" | "deregister_agent";
            /** @description Who asked for it; null in decisions of an earlier release. */
            actor: components["schemas"]["Actor"] | null;
            /** @example data-processor-1 */
            agent_id: string;
            /**
             * @example closed
             * @enum {string|null}
             */
            breaker_state: "closed" | "half_open" | "open" | null;
            /**
             * @description As of events of agents.
             * @enum {string}
             */
            cause: "registration" | "import" | "operator" | "agent" | "silence" | "heartbeat" | "adoption" | "unknown";
            /** @description The `X-Request-Id` that the client sent with it. */
            client_request_id: string | null;
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            decided_at: string;
            /** @description What the court said of scripture, geometry and law. */
            findings: {
                [key: string]: unknown;
            };
            /** @example 42 */
            id: number;
            /** @example 12.5 */
            latency_ms: number;
            /** @example No idols */
            reason: string | null;
            /** @description The registry’s own id of the request. */
            request_id: string | null;
            /**
             * @example denied
             * @enum {string}
             */
            verdict: "allowed" | "denied" | "error_open" | "error_closed";
        };
        Decisions: {
            decisions: components["schemas"]["Decision"][];
            next_cursor: string | null;
        };
        Deregistration: {
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            id: string;
            /** @enum {string} */
            status: "deregistered";
        };
        DiscoverAgents: {
            /**
             * @description The agent has all of them.
             * @example [
             *       "data-transform"
             *     ]
             */
            capabilities?: string[];
            /** @example processing */
            category?: string;
            /** @description The next_cursor of the page before. */
            cursor?: string;
            /**
             * @description The members that are wanted.
             * @example [
             *       "id",
             *       "name",
             *       "health"
             *     ]
             */
            fields?: ("id" | "name" | "type" | "category" | "version" | "status" | "capabilities" | "endpoints" | "metadata" | "registered_at" | "last_seen" | "health" | "heartbeat")[];
            /**
             * @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.
             * @example agent.metadata.team == "data"
             */
            filter?: string;
            /**
             * @description false: `total` is left out, and nothing is counted.
             * @default true
             */
            include_total?: boolean;
            /** @default 100 */
            limit?: number;
            /**
             * @description In the orders of `status` and `last_seen` there is one page only.
             * @default id
             * @enum {string}
             */
            order_by?: "id" | "id asc" | "id desc" | "name" | "name asc" | "name desc" | "type" | "type asc" | "type desc" | "category" | "category asc" | "category desc" | "version" | "version asc" | "version desc" | "registered_at" | "registered_at asc" | "registered_at desc" | "status" | "status asc" | "status desc" | "last_seen" | "last_seen asc" | "last_seen desc";
            /**
             * @example active
             * @enum {string}
             */
            status?: "active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered";
            /** @example worker */
            type?: string;
        };
        Discovery: {
            agents: components["schemas"]["AgentSummary"][];
            /** @description null: this is the last page. */
            next_cursor: string | null;
            /** @description The criteria as they were understood. */
            query: {
                [key: string]: unknown;
            };
            /**
             * @description All that match, on this page or not; absent with `include_total=false`.
             * @example 1
             */
            total?: number;
        };
        Facet: {
            /** @description The most frequent values first. */
            buckets: components["schemas"]["FacetBucket"][];
            /** @example type */
            by: string;
            /**
             * @description Agents with values that are in no bucket.
             * @example 3
             */
            other_count: number;
        };
        FacetBucket: {
            /** @example 12 */
            count: number;
            /**
             * @description The value; of metadata, as it is in the record.
             * @example worker
             */
            value: string | number | boolean;
        };
        Facets: {
            /** @description In the order in which they were asked for. */
            facets: components["schemas"]["Facet"][];
        };
        FleetHealth: {
            /**
             * @description Intervals missed so far, the 100 longest silences.
             * @example {
             *       "data-processor-1": 4
             *     }
             */
            missed_heartbeats: {
                [key: string]: number;
            };
            /**
             * @description Share of healthy agents among all that ever were alive; 1 when there are none.
             * @example 0.98
             */
            overall_health: number;
            /** @description Silent, or unwell by their own report. The first 100 by id. */
            unhealthy_agents: components["schemas"]["UnhealthyAgent"][];
            /**
             * @description How many there are in all.
             * @example 2
             */
            unhealthy_total: number;
        };
        Health: {
            /**
             * @description Open connections
             * @example 5
             */
            active_connections: number | null;
            /**
             * @description 0 to 100
             * @example 15.5
             */
            cpu_percent: number | null;
            /**
             * @description Errors so far
             * @example 0
             */
            error_count: number | null;
            /**
             * Format: date-time
             * @description When the last report came.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_check: string | null;
            /**
             * @description 0 to 100
             * @example 32.1
             */
            memory_percent: number | null;
            /**
             * @description Why, as the agent said it.
             * @example queue is full
             */
            message: string | null;
            metrics: {
                [key: string]: unknown;
            };
            /** @example healthy */
            status: components["schemas"]["HealthStatus"];
            /**
             * @description Seconds
             * @example 3600
             */
            uptime_seconds: number | null;
        };
        HealthReport: {
            /** @example 5 */
            active_connections?: number;
            /** @example 15.5 */
            cpu_percent?: number;
            /** @example 0 */
            error_count?: number;
            /** @example 32.1 */
            memory_percent?: number;
            /**
             * @description Why, in words for people.
             * @example queue is full
             */
            message?: string;
            /** @description Anything else, at most 16 KiB as JSON. */
            metrics?: {
                [key: string]: unknown;
            };
            /**
             * @description Left out: worked out from CPU and memory.
             * @enum {string}
             */
            status?: "healthy" | "degraded" | "unhealthy" | "unknown";
            /** @example 3600 */
            uptime_seconds?: number;
        };
        /** @enum {string} */
        HealthStatus: "healthy" | "degraded" | "unhealthy" | "unknown" | "stale";
        Heartbeat: {
            /** @example true */
            enabled: boolean;
            /** @example 10 */
            interval_seconds: number;
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            last_beat: string | null;
            /**
             * @description Whole intervals since last_beat.
             * @example 0
             */
            missed_beats: number;
            /** @example 30 */
            timeout_seconds: number;
        };
        HeartbeatBatch: {
            beats: components["schemas"]["BatchItem"][];
        };
        HeartbeatBatchResponse: {
            /** @example 4999 */
            accepted: number;
            /**
             * @description The shortest of the accepted agents.
             * @example 10
             */
            next_heartbeat_seconds: number;
            rejected: components["schemas"]["RejectedBeat"][];
            /** @description What waits for accepted agents, as the answer to a heartbeat of theirs has it; nothing for most. */
            replies: components["schemas"]["HeartbeatReply"][];
        };
        HeartbeatReply: {
            /** @example data-processor-1 */
            id: string;
        };
        HeartbeatRequest: {
            health?: components["schemas"]["HealthReport"];
        };
        HeartbeatResponse: {
            /** @example data-processor-1 */
            id: string;
            /**
             * Format: date-time
             * @example 2026-10-08T15:32:10.000Z
             */
            last_beat: string;
            /**
             * @description Beat again after this many seconds.
             * @example 10
             */
            next_heartbeat_seconds: number;
            /** @example active */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description Silence that makes the agent unhealthy.
             * @example 30
             */
            timeout_seconds: number;
        };
        HeartbeatSettings: {
            /**
             * @description false: nobody waits for heartbeats, the agent is never swept.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Seconds between two heartbeats.
             * @default 10
             */
            interval_seconds?: number;
        };
        ImportAgents: {
            agents: components["schemas"]["AgentDefinition"][];
        };
        ImportResult: {
            /** @example validation_failed */
            code?: string;
            errors?: components["schemas"]["Violation"][];
            /** @example data-processor-1 */
            id: string;
            /**
             * @description Position in the request.
             * @example 0
             */
            index: number;
            /** @enum {string} */
            outcome: "created" | "updated" | "unchanged" | "rejected";
        };
        ImportResults: {
            results: components["schemas"]["ImportResult"][];
        };
        Liveness: {
            /** @enum {string} */
            status: "alive";
        };
        Overview: {
            /** @example 120 */
            active_agents: number;
            /**
             * @example {
             *       "worker": 120,
             *       "Agent": 182
             *     }
             */
            agent_types: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "active": 120,
             *       "inactive": 182
             *     }
             */
            by_status: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "processing": 100
             *     }
             */
            categories: {
                [key: string]: number;
            };
            /**
             * @description Those whose health status is `healthy`.
             * @example 118
             */
            healthy_agents: number;
            /**
             * @description All but the deregistered.
             * @example 302
             */
            total_agents: number;
        };
        Problem: {
            /**
             * @description Stable and machine-readable.
             * @example validation_failed
             */
            code: string;
            /** @example capabilities[3] is there twice */
            detail: string;
            /**
             * @description The detail again, for clients of the original.
             * @example capabilities[3] is there twice
             */
            error: string;
            errors: components["schemas"]["Violation"][];
            /** @example 0f3c5f0e-0d3c-4a8e-9a54-5ad1c4c0a5b2 */
            request_id: string;
            /** @example 400 */
            status: number;
            /** @example Bad Request */
            title: string;
            /** @example urn:problem-type:agent-registry:validation_failed */
            type: string;
        };
        RegisterAgent: {
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[];
            /** @example processing */
            category?: string;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            };
            heartbeat?: components["schemas"]["HeartbeatSettings"];
            /**
             * @description Sent by an agent that wants to be the same one after a restart; else the registry makes one up.
             * @example data-processor-1
             */
            id?: string;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example DataProcessor */
            name: string;
            /** @example worker */
            type: string;
            /** @example 1.0.0 */
            version?: string;
        };
        RegisteredHeartbeat: {
            /**
             * @description Beat this often.
             * @example 10
             */
            interval_seconds: number;
            /**
             * @description Silence that makes the agent unhealthy.
             * @example 30
             */
            timeout_seconds: number;
        };
        Registration: {
            heartbeat: components["schemas"]["RegisteredHeartbeat"];
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            id: string;
            /** @example DataProcessor */
            name: string;
            /**
             * Format: date-time
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /** @example active */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description The agent’s own bearer token, told only here; the one before it is void. Not there when no tokens are asked for.
             * @example art_…
             */
            token?: string;
        };
        RejectedBeat: {
            /** @example agent_not_found */
            code: string;
            /** @example There is no agent unknown-1 */
            detail: string;
            /** @example unknown-1 */
            id: string;
            /**
             * @description Position in the request.
             * @example 3
             */
            index: number;
        };
        RevokedTokens: {
            /** @example data-team */
            owner: string;
            /**
             * @description Agents whose tokens are void from now on.
             * @example 12
             */
            revoked: number;
        };
        RotatedToken: {
            /**
             * Format: date-time
             * @description When the token ends, unless it is used.
             */
            expires_at: string;
            /** @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11 */
            id: string;
            /**
             * Format: date-time
             * @description Until when the token before it is accepted; null: it is void.
             */
            previous_valid_until: string | null;
            /**
             * @description The agent’s own bearer token, told only here.
             * @example art_…
             */
            token: string;
        };
        RotateToken: {
            /**
             * @description For how many seconds the token so far is accepted as well. 0: for a token that somebody else may have; it and all before it are void at once.
             * @default 60
             */
            overlap_seconds?: number;
        };
        /**
         * @description What the token is good for. That of an agent has `agent`, for this agent alone.
         * @enum {string}
         */
        Scope: "read" | "agent" | "operate" | "admin";
        ServiceHealth: {
            /**
             * @example {
             *       "database": {
             *         "status": "up"
             *       }
             *     }
             */
            details: {
                [key: string]: unknown;
            };
            /**
             * @example healthy
             * @enum {string}
             */
            status: "healthy" | "degraded" | "unhealthy";
        };
        SetStatus: {
            /** @example Moving to another rack */
            reason?: string;
            /**
             * @example maintenance
             * @enum {string}
             */
            status: "active" | "maintenance" | "quarantined";
        };
        UnhealthyAgent: {
            /** @example stale */
            health_status: components["schemas"]["HealthStatus"];
            /** @example data-processor-1 */
            id: string;
            /** Format: date-time */
            last_seen: string | null;
            /** @example DataProcessor */
            name: string;
            /** @example unhealthy */
            status: components["schemas"]["AgentStatus"];
        };
        Violation: {
            /** @example 7 */
            column?: number;
            /**
             * @description Path of the value in the request.
             * @example capabilities[3]
             */
            field: string;
            /**
             * @description Of an expression: where in it, counted from 1.
             * @example 1
             */
            line?: number;
            /** @example is there twice */
            message: string;
            /**
             * @description What was probably meant there.
             * @example agent.status
             */
            suggestion?: string;
        };
        WhoAmI: {
            /**
             * Format: date-time
             * @description When the token ends; null: it does not. The end of an agent’s own token moves on as it is used; that of one that was replaced does not.
             * @example 2027-01-31T00:00:00.000Z
             */
            expires_at: string | null;
            /**
             * @description `anonymous`: access control is off, and everybody may do everything.
             * @example client
             */
            kind: components["schemas"]["CallerKind"];
            /**
             * @description The client’s name (the `sub` of a JWT), or the agent’s id; null while access control is off.
             * @example data-team
             */
            name: string | null;
            /**
             * @description Of an agent: the client that owns it.
             * @example data-team
             */
            owner?: string;
            /**
             * @description What the token is good for. That of an agent has `agent`, for this agent alone.
             * @example [
             *       "read",
             *       "agent"
             *     ]
             */
            scopes: components["schemas"]["Scope"][];
            /**
             * @description Which agents the token is restricted to; null: it is not.
             * @example null
             */
            where: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
