package dev.caravan.processors.session;

import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.inference.pipeline.PictureFiles;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * What all sessions work with.
 *
 * @param pictures opens those that parameters name
 * @param threads  makes the owner threads
 * @param delivery runs subscribers that bring no executor of their own; one task occupies a thread for as long as there is something
 *                 to deliver
 * @param relief   asks for garbage collections
 * @param held     the pictures of all sessions together
 * @param observer watches all of them
 */
record SessionEnvironment(
        ChainSource chains,
        PictureDecoder decoder,
        PictureFiles pictures,
        SessionLimits limits,
        Timing timing,
        ThreadFactory threads,
        Executor delivery,
        MemoryRelief relief,
        HeldTotal held,
        SessionObserver observer) {}
