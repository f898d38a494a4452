import { Global, Module } from '@nestjs/common';
import { WorkerLink } from './worker-link';

/** What a worker knows of its siblings. */
@Global()
@Module({ providers: [WorkerLink], exports: [WorkerLink] })
export class ClusterModule {}
