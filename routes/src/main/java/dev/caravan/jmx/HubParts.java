package dev.caravan.jmx;

import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import java.time.InstantSource;

/**
 * What the beans show and move.
 *
 * @param version of the program
 * @param device  one line about what models run on
 * @param stages  of the same sessions, which tell it
 */
public record HubParts(
        String version,
        String device,
        PipelineRegistry pipelines,
        PipelineLoader loader,
        Sessions sessions,
        Peers peers,
        StageTimes stages,
        InstantSource clock) {}
