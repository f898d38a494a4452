import { Module } from '@nestjs/common';
import { WorkerLink } from './worker-link';

/** What a worker knows of its siblings. */
@Module({ providers: [WorkerLink], exports: [WorkerLink] })
export class ClusterModule {}
