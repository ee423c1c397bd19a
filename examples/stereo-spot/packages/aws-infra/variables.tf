variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "account" {
  description = "The AWS account id."
  type        = string
  default     = "000000000000"
}

variable "name_prefix" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "stereo-spot"
}

variable "registry" {
  description = "The host of the ECR registry. The sandbox says where its own is; a real one is <account>.dkr.ecr.<region>.amazonaws.com."
  type        = string
  default     = "127.0.0.1:4599"
}

variable "hf_token" {
  description = "A token of the model hub, kept in a secret. The example's is not one."
  type        = string
  sensitive   = true
  default     = "not-a-token"
}
