package dev.caravan.processors.session;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One moment of a session, for people and metrics.
 *
 * @param state        name of the state: {@code opening}, {@code streaming}, {@code paused}, {@code closing}, {@code closed}
 * @param openedMs     milliseconds since the Unix epoch
 * @param pipelines    node ids of the chain, in order
 * @param mode         {@code text} or {@code video}
 * @param activeSource the source whose frames are used now
 * @param dropped      frames not used, by cause
 * @param fpsIn        frames taken from sources per second, lately
 * @param fpsOut       frames generated per second, lately
 * @param pipelineFps  frames per second the pipeline could make at the pace of its last chunks
 * @param error        why it ended, when it did not end by itself
 * @param outputs      where its frames are wanted besides viewers, for example {@code kafka}
 */
public record SessionSnapshot(
        String id,
        String opener,
        String state,
        long openedMs,
        double elapsedSeconds,
        List<String> pipelines,
        String mode,
        int width,
        int height,
        List<String> sources,
        Optional<String> activeSource,
        List<String> viewers,
        long framesIn,
        long framesOut,
        Map<String, Long> dropped,
        long chunks,
        long controls,
        double fpsIn,
        double fpsOut,
        double pipelineFps,
        Optional<String> error,
        List<String> outputs) {}
