package dev.caravan.processors.session;

import dev.caravan.inference.frame.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a session is opened with.
 *
 * @param id         wished id ({@code [A-Za-z0-9._-]{1,64}}), or empty for a random UUID
 * @param opener     who opens it; while the opener lives the session lives
 * @param door       the entrance
 * @param nodeIds    the chain, or empty for the default one
 * @param parameters initial parameters, already checked by the caller's door
 * @param attributes what the client sent along and events repeat: {@code user_id}, {@code connection_id}, {@code connection_info}
 */
public record SessionRequest(
        Optional<String> id,
        Origin opener,
        Control.Door door,
        List<String> nodeIds,
        Map<String, Object> parameters,
        Map<String, Object> attributes) {}
