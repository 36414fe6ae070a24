package dev.caravan.jmx;

import java.util.List;

/** One loaded pipeline. */
@Says("A loaded pipeline: weights and graphs that sessions share")
public interface ModelMXBean {

    @Says("Its node id")
    String getId();

    @Says("The pipeline it was made of")
    String getPipeline();

    @Says("loaded, or loading while others beside it are")
    String getState();

    @Says("What models of this hub run on")
    String getDevice();

    @Says("Ids of the sessions that use it")
    List<String> getSessions();

    @Says("How it was asked for, as a JSON object")
    String getLoadParameters();

    @Says("Adapters merged or attached: path and scale")
    List<String> getAdapters();

    @Says("What was left out, or that its weights are random")
    List<String> getNotes();

    @Says("Take it out of the loaded set; sessions that use it keep it until they end")
    void unload();
}
