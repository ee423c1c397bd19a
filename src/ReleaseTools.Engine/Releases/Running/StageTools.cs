using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Inference;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>What does the work of each stage, over one AWS session.</summary>
internal sealed record StageTools(
    AwsSession Aws, IImageRegistry Registry, ImageBuilds Builds, ImagePushes Pushes, ScanGate Scans, CodeBuilds CodeBuilds, EndpointUpdates Endpoints, EcsRollouts Rollouts);
