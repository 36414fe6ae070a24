package dev.caravan.jmx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One live session. Operations go through the door of the HTTP contract: the same validator, the same log of controls; a refusal is an
 * {@link IllegalArgumentException} or {@link IllegalStateException} with one line.
 */
@Says("A live session: what it makes, for whom, how fast")
public interface SessionMXBean {

    @Says("Its id")
    String getId();

    @Says("opening, streaming, paused, closing or closed")
    String getState();

    @Says("Who opened it")
    String getOpener();

    @Says("The nodes of its chain, in order")
    List<String> getPipelines();

    @Says("text or video")
    String getMode();

    @Says("Where its frames may come from")
    List<String> getSources();

    @Says("The source in use; none in text mode or while all are silent")
    @Nullable
    String getActiveSource();

    @Says("Who watches")
    List<String> getViewers();

    @Says("Outputs besides viewers, for example kafka")
    List<String> getOutputs();

    @Says("Width of its pictures in pixels, 0 before the first")
    int getWidth();

    @Says("Height of its pictures in pixels, 0 before the first")
    int getHeight();

    @Says("Frames taken from sources")
    long getFramesIn();

    @Says("Frames generated")
    long getFramesOut();

    @Says("Frames taken per second, lately")
    double getFpsIn();

    @Says("Frames generated per second, lately")
    double getFpsOut();

    @Says("Frames per second the pipeline could make at its last pace")
    double getPipelineFps();

    @Says("Frames not used, by cause")
    Map<String, Long> getDropped();

    @Says("Chunks made, failed ones included")
    long getChunks();

    @Says("Milliseconds a chunk took lately, 0 before the first")
    double getLastChunkMillis();

    @Says("Milliseconds of the last chunk by stage; empty where the pipeline does not tell")
    Map<String, Double> getStageMillis();

    @Says("The prompts in use")
    String getPrompt();

    @Says("All parameters in force, as a JSON object")
    String getParameters();

    @Says("Seconds since it was opened")
    double getElapsedSeconds();

    @Says("What to know of its models")
    List<String> getNotes();

    @Says("Stop generating until it is resumed")
    void pause();

    @Says("Go on generating")
    void resume();

    @Says("Use this prompt from the next chunk on")
    void sendPrompt(@Says("text") String text);

    /** Answers, because JMX would take it for the setter of an attribute otherwise. */
    @Says("Change parameters from the next chunk on, all of them or, when one is bad, none; returns what was accepted")
    String setParameters(@Says("json") String json);

    @Says("Use the frames of this source; without a name the newest again")
    void switchSource(@Says("name") @Nullable String name);

    @Says("End the session and its peers")
    void stop();
}
