namespace ReleaseTools.Engine.Aws;

/// <summary>
/// A request whose effect comes again each time it is sent, and that carries no token by which the service would know it:
/// one lost answer must not become two deployments. It is repeated only after the service said that it did nothing
/// (throttling, a clock that is off); what became of it otherwise is the caller's to find out.
/// </summary>
internal interface IEffectOncePerCall;
