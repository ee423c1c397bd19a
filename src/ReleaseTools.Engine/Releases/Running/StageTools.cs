using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>What does the work of each stage, over one AWS session.</summary>
internal sealed record StageTools(
    AwsSession Aws, IImageRegistry Registry, WorkspaceBuilds Builds, ImagePushes Pushes, EndpointUpdates Endpoints, EcsRollouts Rollouts);
