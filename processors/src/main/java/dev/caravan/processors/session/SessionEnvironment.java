package dev.caravan.processors.session;

import dev.caravan.inference.frame.PictureDecoder;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * What all sessions work with.
 *
 * @param threads  makes the owner threads
 * @param delivery runs subscribers that bring no executor of their own; one task occupies a thread for as long as there is something
 *                 to deliver
 * @param relief   asks for garbage collections
 * @param held     the pictures of all sessions together
 */
record SessionEnvironment(
        ChainSource chains,
        PictureDecoder decoder,
        SessionLimits limits,
        Timing timing,
        ThreadFactory threads,
        Executor delivery,
        MemoryRelief relief,
        HeldTotal held) {}
